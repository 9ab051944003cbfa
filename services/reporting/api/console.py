"""Show the read models as pages in Chinese: overview, ledger, one hazard; they load nothing from elsewhere."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from contracts.vocabulary import HazardLevel
from runtime.pages import Frame, Trouble
from services.reporting.api.pages import dress
from services.reporting.api.reading import Reader, Story
from services.reporting.api.routes import DIVISION, LONGEST_CURSOR, LONGEST_TEXT, TEXT, cursor_in
from services.reporting.core.paging import SMALLEST_PAGE, Filters, Order
from services.reporting.core.standing import State

Flag = Annotated[str, Query(pattern="^1?$")]
Word = Annotated[str, Query(max_length=LONGEST_TEXT, pattern=TEXT)]
Tenant = Annotated[str, Query(pattern=DIVISION)]

NO_SUCH_HAZARD: Final = "没有这条隐患，或者它的上报已经作废、更正为其他编号。"


def console(reader: Reader, frame: Frame) -> APIRouter:
    """The pages over the read models."""
    dress(frame, reader.divisions)
    router = frame.router()
    _add_pages(router, reader, frame)
    return router


def _add_pages(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """Overview, ledger, one hazard."""

    @router.get("/")
    def overview(request: Request, tenant: Tenant = "") -> HTMLResponse:
        """Counts by area and sector, the longest overdue hazards, the decisions of the day."""
        found = reader.overview(tenant)
        return frame.page(
            request,
            "overview.html",
            as_of=found.summary.as_of,
            tenant=tenant,
            overview=found,
            choices=reader.choices(),
        )

    @router.get("/hazards")
    def hazards(
        request: Request,
        tenant: Tenant = "",
        state: Annotated[str, Query(pattern=f"^({'|'.join(State)})?$")] = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(HazardLevel)})?$")] = "",
        sector: Word = "",
        q: Word = "",
        overdue: Flag = "",
        unfinished: Flag = "",
        cursor: Annotated[str, Query(max_length=LONGEST_CURSOR)] = "",
    ) -> HTMLResponse:
        """The ledger; overdue hazards stand worst first, all others newest first."""
        order: Order = "worst" if overdue else "newest"
        filters = Filters(
            states=(state,) if state else (),
            open=True if unfinished else None,
            overdue=True if overdue else None,
            level=level,
            sector=sector,
            text=q.strip(),
        )
        page = reader.page(
            tenant, filters, order=order, after=cursor_in(cursor, order), limit=SMALLEST_PAGE, counted=True
        )
        asked = {
            "tenant": tenant,
            "state": state,
            "level": level,
            "sector": sector,
            "q": q,
            "overdue": overdue,
            "unfinished": unfinished,
        }
        return frame.page(
            request,
            "hazards.html",
            as_of=page.as_of,
            page=page,
            asked=asked,
            cursor=cursor,
            choices=reader.choices(),
        )

    @router.get("/hazards/{hazard_id:path}")
    def hazard(request: Request, hazard_id: str) -> HTMLResponse:
        """One hazard: where it stands, its deadlines, everything that happened."""
        found = reader.hazard(hazard_id)
        if isinstance(found, Story):
            return frame.page(request, "hazard.html", as_of=found.as_of, story=found, row=found.row)
        if not found:
            raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_HAZARD)
        return frame.page(request, "namesakes.html", as_of=None, rows=found, hazard_id=hazard_id)
