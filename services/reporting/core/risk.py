"""Say on a map where the risks are: sites with what is open there (RFC 7946), and never a person or a free text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.reporting.core.days import SHANGHAI
from services.reporting.core.geo import Point, point
from services.reporting.core.rows import HazardRow

RISKS: Final = ("red", "orange", "yellow", "blue")
"""From the worst: a major hazard is overdue, something is overdue, a major one is open, something is open."""


class SitePoint(NamedTuple):
    """One site with its coordinates as given, and the sums of what is open there."""

    committee: str
    namespace: str
    site_id: str
    name: str
    sector: str
    tenant: str
    lon: float | None
    lat: float | None
    coord_sys: str
    open: int
    overdue: int
    major: int
    major_overdue: int
    overdue_since: datetime | None

    @property
    def risk(self) -> str:
        """The worst that holds, one of `RISKS`."""
        held = (self.major_overdue, self.overdue, self.major, self.open)
        return next((risk for risk, count in zip(RISKS, held, strict=True) if count), RISKS[-1])


def site_feature(site: SitePoint) -> dict[str, Any] | None:
    """The site as a feature; None where it cannot be placed."""
    place = point(site.lon, site.lat, site.coord_sys)
    if place is None:
        return None
    return _feature(
        f"{site.committee}:{site.namespace}:{site.site_id}",
        place,
        {
            "name": site.name,
            "sector": site.sector,
            "tenant": site.tenant,
            "risk": site.risk,
            "open": site.open,
            "overdue": site.overdue,
            "major": site.major,
            "overdue_since": _instant(site.overdue_since),
            "coord_sys": place.given_in,
        },
    )


def collection(sites: Iterable[SitePoint], *, as_of: datetime | None, more: bool) -> dict[str, Any]:
    """The sites that can be placed as a FeatureCollection; `unplaced` counts those that cannot, `more` says it was cut."""
    found = list(sites)
    features = [feature for site in found if (feature := site_feature(site)) is not None]
    return {
        "type": "FeatureCollection",
        "as_of": _instant(as_of),
        "unplaced": len(found) - len(features),
        "more": more,
        "features": features,
    }


def hazard_feature(row: HazardRow, lon: float | None, lat: float | None, coord_sys: str) -> dict[str, Any]:
    """A hazard for another platform; the geometry is null where its site cannot be placed, as RFC 7946 has it."""
    place = point(lon, lat, coord_sys)
    return _feature(
        str(row.key),
        place,
        {
            "level": row.level,
            "state": row.state,
            "open": row.is_open,
            "overdue": row.overdue,
            "category": row.category,
            "criterion": row.criterion,
            "sector": row.sector,
            "province": row.province,
            "city": row.city,
            "county": row.county,
            "tenant": row.tenant,
            "site_id": row.site_id,
            "reported_at": _instant(row.reported_at),
            "due_at": _instant(row.due_at),
            "overdue_since": _instant(row.overdue_since),
            "rectified_at": _instant(row.rectified_at),
            "closed_at": _instant(row.closed_at),
            "withdrawn_at": _instant(row.withdrawn_at),
            "coord_sys": place.given_in if place else None,
        },
    )


def _feature(identity: str, place: Point | None, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat() if moment else None
