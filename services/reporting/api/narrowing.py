"""Answer a page of a list as a reader's program wants it: some fields only, as JSON, JSON Lines or CSV."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from runtime import text_csv
from runtime.text_csv import guarded
from runtime.web import Problem
from services.reporting.core.paging import LARGEST_PAGE, BadCursorError, Cursor, Mark

ListFormat = Literal["json", "jsonl", "csv"]
TEXT: Final = r"^[^\x00]*$"
LONGEST: Final = 1_000  # characters of a cursor, and of the names of fields

CursorText = Annotated[str, Query(max_length=LONGEST, description="where the page before ended: its `next`")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="rows of a page")]
Fields = Annotated[
    str, Query(max_length=LONGEST, pattern=TEXT, description="some fields only, or parts of them: hazard_id,site.name")
]
Format = Annotated[ListFormat, Query(description="how the page is written")]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
}
AS_LISTS: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {media: {} for media in MEDIA_TYPES.values()}}}
"""What OpenAPI says of a list's answers."""


def read_fields(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The fields that are asked for, in their order; 400 names those that do not exist. Empty: all."""
    asked = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    unknown = [name for name in asked if name.partition(".")[0] not in known]
    if unknown:
        detail = f"no such fields: {', '.join(unknown)}; there are {', '.join(known)}"
        raise Problem(HTTPStatus.BAD_REQUEST, detail, errors=[{"parameter": "fields", "detail": detail}])
    return asked


def narrowed(item: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The item with these fields alone; `site.name` is one part of a field, under its own name."""
    if not fields:
        return dict(item)
    return {name: _part(item, name) for name in fields}


@contextmanager
def refusing_cursors() -> Iterator[None]:
    """A Problem 400 for a cursor that the list never gave out."""
    try:
        yield
    except BadCursorError as error:
        detail = str(error)
        raise Problem(HTTPStatus.BAD_REQUEST, detail, errors=[{"parameter": "cursor", "detail": detail}]) from error


def following(request: Request, after: Cursor | Mark | None) -> str:
    """The address of the next page, with everything that was asked; empty on the last."""
    if after is None:
        return ""
    address = request.url.include_query_params(cursor=after.encode())
    return f"{address.path}?{address.query}"


def answer(
    page: Mapping[str, Any], fields: Sequence[str], form: ListFormat, *, next_page: str, columns: Sequence[str]
) -> Response:
    """The page; `next` also stands in the header `link`, since rows have no room for it."""
    items = [narrowed(item, fields) for item in page["items"]]
    headers = {"x-as-of": str(page["as_of"] or "")} | ({"link": f'<{next_page}>; rel="next"'} if next_page else {})
    if form == "json":
        return JSONResponse({**page, "items": items}, headers=headers)
    text = _lines(items) if form == "jsonl" else _table(items, fields or columns)
    return Response(text, media_type=MEDIA_TYPES[form], headers=headers)


def _lines(items: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def _table(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Parts of parts become columns of their own, `site.name`; a cell that looks like a formula is disarmed."""
    flat = [_flat(item) for item in items]
    names = list(dict.fromkeys(name for row in flat for name in row)) or list(columns)
    out = io.StringIO(newline="")
    writer = text_csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in flat)
    return text_csv.MARK + out.getvalue()


def _flat(item: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[above + name] = value
    return found


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return guarded("、".join(map(str, value)))
        case str():
            return guarded(value)
    return str(value)


def _part(item: Mapping[str, Any], name: str) -> Any:
    value: Any = item
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
