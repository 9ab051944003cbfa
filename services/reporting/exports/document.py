"""Print a form as JSON: the same sheets, each figure with what it counts."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from services.reporting.core.days import SHANGHAI
from services.reporting.core.forms.form import Figure, Form, Sheet, Value
from services.reporting.exports.text import plain

_encode = msgspec.json.Encoder().encode
_HELD = 500  # rows


def stream(form: Form) -> Iterator[bytes]:
    """The document in pieces; rows are never held all at once."""
    head = {
        "kind": form.kind,
        "title": form.title,
        "tenant": form.tenant,
        "as_of": form.as_of.astimezone(SHANGHAI).isoformat(),
    }
    yield _encode(head)[:-1] + b',"sheets":['
    for number, sheet in enumerate(form.sheets):
        yield (b"," if number else b"") + _encode(_about(sheet))[:-1] + b',"rows":['
        yield from _rows(sheet)
        yield b"]}"
    yield b"]}\n"


def _rows(sheet: Sheet) -> Iterator[bytes]:
    held: list[bytes] = []
    begun = False
    for row in sheet.rows:
        held.append(_encode([_value(value) for value in row]))
        if len(held) == _HELD:
            yield (b"," if begun else b"") + b",".join(held)
            begun, held = True, []
    if held:
        yield (b"," if begun else b"") + b",".join(held)


def _about(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "title": sheet.title,
        "heads": [plain(head) for head in sheet.heads],
        "paragraphs": [[_value(part) for part in paragraph] for paragraph in sheet.paragraphs],
        "notes": [plain(note) for note in sheet.notes],
        "columns": [{"title": column.title, "group": column.group} for column in sheet.columns],
    }


def _value(value: Value) -> Any:
    match value:
        case Figure():
            figure: dict[str, Any] = {"value": value.value, "of": list(value.of)}
            return figure | ({"label": value.label} if value.label else {})
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case date():
            return value.isoformat()
        case str():
            return plain(value)
    return value
