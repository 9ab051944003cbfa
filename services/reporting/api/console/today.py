"""Show what still has to be handed over before the day ends, team by team."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.pages import Frame
from services.reporting.api import boards
from services.reporting.api.console.asked import Tenant
from services.reporting.api.reading import Reader


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The same-day board."""

    @router.get("/today")
    def today(request: Request, who: Who, tenant: Tenant = "") -> HTMLResponse:
        """What was found today, what waits, what missed its day; it renews itself every minute."""
        mine = reader.of(who)
        found = boards.today(mine, tenant)
        return frame.page(
            request, "today.html", as_of=found.as_of, tenant=tenant, board=found.board, choices=mine.choices()
        )
