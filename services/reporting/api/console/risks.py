"""Show where the risks are: dots on the customer's licensed boundaries, or dots alone, and areas by rank."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from contracts.vocabulary import HazardLevel
from runtime.access import Who
from runtime.pages import Frame
from services.reporting.api.console.asked import Tenant
from services.reporting.api.reading import Reader


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The map page; its dots come from `/v1/risk-map.geojson`."""

    @router.get("/map")
    def risks(
        request: Request,
        who: Who,
        tenant: Tenant = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(HazardLevel)})?$")] = "",
    ) -> HTMLResponse:
        """The map, and its areas ranked by what is overdue."""
        mine = reader.of(who)
        summary = mine.summary(tenant)
        return frame.page(
            request,
            "map.html",
            as_of=summary.as_of,
            tenant=tenant,
            level=level,
            summary=summary,
            choices=mine.choices(),
        )
