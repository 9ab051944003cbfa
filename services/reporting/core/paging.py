"""Hold a reader's place in a list: an opaque cursor that names the last row seen, so that new rows move nothing."""

import base64
import binascii
from datetime import datetime
from typing import Final, Literal

import msgspec

from services.reporting.core.rows import HazardKey

LARGEST_PAGE: Final = 200
SMALLEST_PAGE: Final = 50

Order = Literal["newest", "worst"]
"""`newest`: latest report first. `worst`: longest overdue first, and only what is overdue."""


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
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode("ascii").rstrip("=")


_cursor = msgspec.json.Decoder(Cursor).decode


def read_cursor(text: str, order: Order) -> Cursor:
    """The place that `text` names; raises `BadCursorError` for text that the list in this order never gave out."""
    try:
        cursor = _cursor(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise BadCursorError("not a cursor of this list") from error
    if cursor.order != order or cursor.moment.tzinfo is None:
        raise BadCursorError("a cursor of another order")
    return cursor


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


def pattern(text: str) -> str:
    """The LIKE pattern that finds `text` itself anywhere, its own wildcards taken literally."""
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
