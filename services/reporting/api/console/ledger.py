"""Show the ledger of hazards: searched, filtered, page by page."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from contracts.vocabulary import HazardLevel
from runtime.access import Who
from runtime.pages import Frame
from services.reporting.api.console.asked import CursorText, Flag, Tenant, Word
from services.reporting.api.console.views import of_ledger
from services.reporting.api.reading import Reader
from services.reporting.api.routes import cursor_in
from services.reporting.core.paging import SMALLEST_PAGE, Filters, Order
from services.reporting.core.standing import State


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The ledger and the overdue list, which is the ledger with the worst first."""

    @router.get("/hazards")
    def hazards(
        request: Request,
        who: Who,
        tenant: Tenant = "",
        state: Annotated[str, Query(pattern=f"^({'|'.join(State)})?$")] = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(HazardLevel)})?$")] = "",
        sector: Word = "",
        q: Word = "",
        overdue: Flag = "",
        unfinished: Flag = "",
        cursor: CursorText = "",
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
        mine = reader.of(who)
        page = mine.page(
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
            choices=mine.choices(),
            views=mine.views(who.name),
            query=of_ledger(urlencode(asked)),
        )
