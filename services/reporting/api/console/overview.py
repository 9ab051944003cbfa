"""Show a scope at a glance: counts by area and sector, the longest overdue hazards, the decisions of the day."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.pages import Frame
from services.reporting.api.console.asked import Tenant
from services.reporting.api.reading import Reader


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The first page."""

    @router.get("/")
    def overview(request: Request, who: Who, tenant: Tenant = "") -> HTMLResponse:
        """Counts by area and sector, the longest overdue hazards, the decisions of the day."""
        mine = reader.of(who)
        found = mine.overview(tenant)
        return frame.page(
            request,
            "overview.html",
            as_of=found.summary.as_of,
            tenant=tenant,
            overview=found,
            choices=mine.choices(),
        )
