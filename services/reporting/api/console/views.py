"""Let people name a view of the ledger, come back to it and forget it."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints

from runtime.access import Who
from runtime.pages import Frame, Trouble
from services.reporting.api.reading import Reader
from services.reporting.store.views import MOST_VIEWS, View

ASKED: Final = ("tenant", "state", "level", "sector", "q", "overdue", "unfinished")
"""What a view of the ledger consists of."""

_LONGEST_QUERY: Final = 2_000
_Name = Annotated[
    str,
    Form(max_length=40, pattern=r"^[^\x00-\x1f]*$"),
    StringConstraints(strip_whitespace=True, min_length=1),
]


def add(router: APIRouter, reader: Reader, _frame: Frame) -> None:
    """What is done with views; they are shown above the ledger."""

    @router.post("/hazards/views")
    def keep(who: Who, name: _Name, query: Annotated[str, Form(max_length=_LONGEST_QUERY)] = "") -> RedirectResponse:
        """Name the view that the form was shown with."""
        view = View(name, of_ledger(query))
        if not reader.of(who).keep_view(who.name, view):
            raise Trouble(HTTPStatus.CONFLICT, f"每人最多保存 {MOST_VIEWS} 个视图：请先删除不用的。")
        return RedirectResponse(f"/hazards?{view.query}", HTTPStatus.SEE_OTHER)

    @router.post("/hazards/views/forget")
    def forget(who: Who, name: _Name, query: Annotated[str, Form(max_length=_LONGEST_QUERY)] = "") -> RedirectResponse:
        """Remove a view and stay where one is."""
        reader.of(who).forget_view(who.name, name)
        return RedirectResponse(f"/hazards?{of_ledger(query)}", HTTPStatus.SEE_OTHER)


def of_ledger(query: str) -> str:
    """The part of a query that a view of the ledger consists of, in one order: nothing else is ever kept."""
    asked = dict(parse_qsl(query))
    return urlencode({name: asked[name] for name in ASKED if asked.get(name)})
