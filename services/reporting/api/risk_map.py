"""Serve where the risks are as GeoJSON, and the boundaries that the customer may show."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from contracts.vocabulary import HazardLevel
from runtime.access import Who
from runtime.log import redact
from services.reporting.api.narrowing import TEXT
from services.reporting.api.reading import Reader
from services.reporting.api.routes import LONGEST_TEXT, Tenant
from services.reporting.core.boundaries import Boundaries
from services.reporting.core.risk import collection
from services.reporting.store import frontier, risk

MEDIA_TYPE: Final = "application/geo+json"


class GeoJSON(JSONResponse):
    """An answer in the form of RFC 7946."""

    media_type = MEDIA_TYPE


def risk_map(reader: Reader, boundaries: Boundaries | None) -> APIRouter:
    """The routes of the map's data."""
    router = APIRouter(prefix="/v1", tags=["reporting"])

    @router.get("/risk-map.geojson", response_class=GeoJSON, responses=_DOCUMENTED)
    def sites(
        who: Who,
        tenant: Tenant = "",
        level: HazardLevel | None = None,
        sector: Annotated[str, Query(max_length=LONGEST_TEXT, pattern=TEXT)] = "",
    ) -> GeoJSON:
        """Sites at which something is open, the worst first, in WGS-84; `coord_sys` says how they were given.

        Holds no person, no address and no free text. `unplaced` counts sites without usable coordinates, `more` says
        that there are more than one answer holds: ask for a smaller tenant.
        """
        return GeoJSON(found(reader.of(who), tenant, level or "", sector))

    @router.get("/boundaries.geojson", response_class=GeoJSON, responses=_DOCUMENTED)
    def drawn() -> Response:
        """The boundary file that this installation may show; an empty collection where there is none."""
        document = boundaries.document if boundaries else b'{"type": "FeatureCollection", "features": []}'
        return Response(document, media_type=MEDIA_TYPE, headers={"cache-control": "private, max-age=3600"})

    return router


def found(reader: Reader, tenant: str, level: str, sector: str) -> dict[str, Any]:
    """The sites of a scope as a FeatureCollection, names redacted as everywhere."""
    scope = reader.scope(tenant)
    with reader.begin() as work:
        sites = risk.sites(work, scope, level=level, sector=sector, limit=risk.MOST + 1)
        as_of = frontier.as_of(work, scope)
    shown = [site._replace(name=redact(site.name)) for site in sites[: risk.MOST]]
    return collection(shown, as_of=as_of, more=len(sites) > risk.MOST)


_DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A FeatureCollection (RFC 7946)",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["type", "features"],
                    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array"}},
                }
            }
        },
    }
}
