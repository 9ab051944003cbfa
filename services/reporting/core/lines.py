"""Turn the data of a fact into labelled lines for a reader, under the names and words that contracts give."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.events.table import EVENT_TYPES
from contracts.facts import Fact
from contracts.fields import Decides, Familiar
from services.reporting.core.days import SHANGHAI
from services.reporting.core.wording import moment_text

Line = tuple[str, str]
"""(label, text)."""

GONE: Final = "（删去）"
"""What a correction says of a field that it no longer fills."""

_HIDDEN: Final = frozenset(
    {
        "hazard_id",
        "hazard_ids",
        "case_kind",
        "case_id",
        "change",
        "media",
        "lon",
        "lat",
        "coord_sys",
        "uscc",
        "responsible_person",
        "passed",
        "granted",
    }
)
"""What no reader of a story needs, or what its title says already."""

_SHOWN_OF_TIP_OFFS: Final = frozenset({"category"})
"""The rest of a tip-off may lead back to whoever gave it."""

_MONEY: Final = frozenset({"funds", "amount", "reward_yuan", "loss_yuan"})


def lines_of(fact: Fact) -> list[Line]:
    """A line for each field that the fact fills, in the order of its model."""
    return list(_lines(fact))


def changes(correction: Fact, before: Fact) -> list[Line]:
    """What a correction says otherwise than the fact it corrects; a field that it leaves out is said to be gone."""
    old, new = dict(lines_of(before)), dict(lines_of(correction))
    changed = [
        (label, f"{old[label]} → {text}" if label in old else text)
        for label, text in new.items()
        if old.get(label) != text
    ]
    return [*changed, *((label, GONE) for label in old if label not in new)]


def media_of(fact: Fact) -> tuple[str, ...]:
    """The references to photographs and documents that a fact gives, as they came."""
    try:
        return _media(fact.data).media
    except msgspec.MsgspecError:
        return ()  # a correction that voids says nothing


class _Media(msgspec.Struct, frozen=True):
    media: tuple[str, ...] = ()


_media: Final = msgspec.json.Decoder(_Media).decode


def _lines(fact: Fact) -> Iterator[Line]:
    row = EVENT_TYPES.get(fact.type)
    data = msgspec.json.decode(fact.data)
    if row is None or not isinstance(data, dict):
        return
    tip_off = fact.type.startswith("tip_off.")
    for name, field in getattr(row.model, "model_fields", {}).items():
        value = data.get(field.alias or name)
        if name in _HIDDEN or (tip_off and name not in _SHOWN_OF_TIP_OFFS) or value in (None, "", [], {}):
            continue
        words = next((mark.words for mark in field.metadata if isinstance(mark, Familiar | Decides)), ())
        chinese = {str(word): word.chinese for word in words}
        yield str(field.description).partition(":")[0], _text(name, value, chinese)


def _text(name: str, value: Any, chinese: dict[str, str]) -> str:
    match value:
        case True | False:
            return "是" if value else "否"
        case int() | float() if name in _MONEY:
            return f"{value:,.2f}".removesuffix(".00") + " 元"
        case {"id": str(identity), "name": str(title), **rest}:
            return " · ".join(str(word) for word in (title, rest.get("address"), identity) if word)
        case {"id": identity, **_rest}:
            return str(identity)
        case list():
            return "、".join(_text(name, member, chinese) for member in value)
        case str() if value in chinese:
            return chinese[value]
        case str() if "T" in value:
            return _moment(value)
    return str(value)


def _moment(text: str) -> str:
    """The text itself, unless it is an instant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment_text(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))
