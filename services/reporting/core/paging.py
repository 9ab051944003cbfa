"""Hold a reader's place in a list: an opaque cursor that names the last row seen, so that new rows move nothing."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal, TypeVar

import msgspec

from services.reporting.core.rows import HazardKey

LARGEST_PAGE: Final = 200
SMALLEST_PAGE: Final = 50

Order = Literal["newest", "worst"]
"""`newest`: latest report first. `worst`: longest overdue first, and only what is overdue."""


_Place = TypeVar("_Place", "Cursor", "Mark")


class BadCursorError(ValueError):
    """A cursor that this list did not give out."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The place of the last row seen: its sort value and its key."""

    order: Order
    moment: datetime
    committee: str
    namespace: str
    hazard_id: str

    @property
    def key(self) -> HazardKey:
        """The key of the last row seen."""
        return HazardKey(self.committee, self.namespace, self.hazard_id)

    def encode(self) -> str:
        """The cursor as text for an address."""
        return _encoded(self)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The place of the last decision seen: when its latest state became known, and its key."""

    moment: datetime
    committee: str
    decision_id: str

    def encode(self) -> str:
        """The mark as text for an address."""
        return _encoded(self)


_cursor = msgspec.json.Decoder(Cursor).decode
_mark = msgspec.json.Decoder(Mark).decode


def read_cursor(text: str, order: Order) -> Cursor:
    """The place that `text` names; raises `BadCursorError` for text that the list in this order never gave out."""
    cursor = _read(text, _cursor)
    if cursor.order != order or cursor.moment.tzinfo is None:
        raise BadCursorError("a cursor of another order")
    return cursor


def read_mark(text: str) -> Mark:
    """The place that `text` names; raises `BadCursorError` for text that the list of decisions never gave out."""
    mark = _read(text, _mark)
    if mark.moment.tzinfo is None:
        raise BadCursorError("not a cursor of this list")
    return mark


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which hazards a list shows. Empty or None means all.

    `tenant` is a division code with everything below it; `states` are state values; `overdue` is what escalation
    decided; `text` is looked for anywhere in id, site, description, address and responsible unit.
    """

    tenant: str = ""
    states: tuple[str, ...] = ()
    open: bool | None = None
    overdue: bool | None = None
    level: str = ""
    sector: str = ""
    text: str = ""


def _encoded(place: Cursor | Mark) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode("ascii").rstrip("=")


def _read(text: str, decode: Callable[[bytes], _Place]) -> _Place:
    try:
        return decode(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise BadCursorError("not a cursor of this list") from error


def pattern(text: str) -> str:
    """The LIKE pattern that finds `text` itself anywhere, its own wildcards taken literally."""
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
