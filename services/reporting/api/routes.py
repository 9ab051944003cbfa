"""Serve the read models as JSON: summary, hazards, one hazard with its story."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Security

from contracts.vocabulary import HazardLevel
from runtime.access import Who
from runtime.access.systems import DOCUMENTED
from runtime.web import Problem
from services.reporting.api.decisions import add_decisions
from services.reporting.api.narrowing import (
    AS_LISTS,
    LONGEST,
    TEXT,
    CursorText,
    Fields,
    Format,
    Limit,
    answer,
    following,
    read_fields,
    refusing_cursors,
)
from services.reporting.api.reading import Page, Reader, Story
from services.reporting.api.shapes import (
    HazardShape,
    HazardsShape,
    StoryShape,
    SummaryShape,
    deadline_shape,
    entry_shape,
    hazard_shape,
    local,
    summary_shape,
)
from services.reporting.core.paging import (
    SMALLEST_PAGE,
    Cursor,
    Filters,
    Order,
    read_cursor,
)
from services.reporting.core.rows import HazardRow
from services.reporting.core.standing import State

DIVISION = r"^([0-9]{6,12})?$"
LONGEST_TEXT = 100

Tenant = Annotated[str, Query(pattern=DIVISION, description="division code: it and everything below it; empty: all")]
States = Annotated[list[State], Query(description="states to show; none: all")]
Text = Annotated[
    str,
    Query(max_length=LONGEST_TEXT, pattern=TEXT, description="found anywhere in id, site, description, address, unit"),
]


def routes(reader: Reader) -> APIRouter:
    """The routes under `/v1`."""
    router = APIRouter(prefix="/v1", tags=["reporting"])

    @router.get("/summary")
    def summary(who: Who, tenant: Tenant = "") -> SummaryShape:
        """Counts of a scope: open, overdue, closed, major, by area and by sector, with the as-of moment."""
        return summary_shape(reader.of(who).summary(tenant))

    _add_hazards(router, reader)
    _add_hazard(router, reader)
    add_decisions(router, reader)
    return router


def _add_hazards(router: APIRouter, reader: Reader) -> None:
    """The list of hazards, page by page."""

    @router.get(
        "/hazards",
        response_model=HazardsShape,
        responses=AS_LISTS,
        dependencies=[Security(DOCUMENTED)],
    )
    def hazards(
        *,
        mine: Annotated[Reader, Depends(reader.asked_by)],
        tenant: Tenant = "",
        state: States = [],  # noqa: B006 (FastAPI copies it)
        open: bool | None = None,  # noqa: A002 (the parameter's public name)
        overdue: bool | None = None,
        level: HazardLevel | None = None,
        sector: Annotated[str, Query(max_length=LONGEST_TEXT, pattern=TEXT)] = "",
        q: Text = "",
        order: Annotated[Order, Query(description="newest report first, or longest overdue first")] = "newest",
        cursor: CursorText = "",
        limit: Limit = SMALLEST_PAGE,
        fields: Fields = "",
        format: Format = "json",  # noqa: A002 (public name)
        request: Request,
    ) -> Any:
        """Hazards by page; follow `next`, or the header `link`, until there is none.

        New hazards never move a page under the reader. An upstream system sees, by its key, those that it reported.
        """
        names = read_fields(fields, tuple(HazardShape.model_fields))
        filters = Filters(
            states=tuple(map(str, state)), open=open, overdue=overdue, level=level or "", sector=sector, text=q
        )
        page = mine.page(tenant, filters, order=order, after=cursor_in(cursor, order), limit=limit)
        return answer(
            _page_shape(page, reader).model_dump(mode="json"),
            names,
            format,
            next_page=following(request, page.after),
            columns=tuple(HazardShape.model_fields),
        )


def _add_hazard(router: APIRouter, reader: Reader) -> None:
    """One hazard."""

    @router.get("/hazards/{hazard_id:path}", dependencies=[Security(DOCUMENTED)])
    def hazard(
        mine: Annotated[Reader, Depends(reader.asked_by)],
        hazard_id: Annotated[str, Path(max_length=LONGEST, pattern=TEXT)],
    ) -> StoryShape:
        """One hazard with its story: facts, decisions and notices in the order in which they happened.

        The id alone is enough while only one upstream system uses it; else 409 names the full names to choose from. An
        upstream system finds, by its key, what it reported, with the decisions and what it said itself.
        """
        found = mine.hazard(hazard_id)
        if isinstance(found, Story):
            return StoryShape(
                as_of=local(found.as_of),
                decided_deadline=deadline_shape(found.decided_deadline),
                hazard=_shape(found.row, reader),
                timeline=[entry_shape(entry) for entry in found.entries],
            )
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND, "no such hazard")
        names = [{"parameter": "hazard_id", "detail": str(row.key)} for row in found]
        raise Problem(HTTPStatus.CONFLICT, "several upstream systems use this id; take a full name", errors=names)


def cursor_in(text: str, order: Order) -> Cursor | None:
    """The cursor of a request; 400 for one that this list never gave out."""
    with refusing_cursors():
        return read_cursor(text, order) if text else None


def _page_shape(page: Page, reader: Reader) -> HazardsShape:
    return HazardsShape(
        as_of=local(page.as_of),
        items=[_shape(row, reader) for row in page.rows],
        next=page.after.encode() if page.after else None,
    )


def _shape(row: HazardRow, reader: Reader) -> HazardShape:
    return hazard_shape(row, reader.area(row.tenant))
