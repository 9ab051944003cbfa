"""Show the read models as pages in Chinese; each page is one file and one line of the table."""

from typing import Final

from fastapi import APIRouter

from runtime.pages import Frame
from services.reporting.api.console import audit, hazard, league, ledger, overview, reports, risks, site, today, views
from services.reporting.api.console.words import dress
from services.reporting.api.exports import Orders
from services.reporting.api.reading import Reader
from services.reporting.handlers.leagues import Leagues
from services.reporting.handlers.reports import Reports

PAGES: Final = (
    overview.add,
    today.add,
    risks.add,
    ledger.add,
    views.add,
    hazard.add,
    site.add,
    audit.add,
)
"""In the order in which their addresses are tried."""


def console(
    reader: Reader, leagues: Leagues, forms: Reports, orders: Orders, frame: Frame, *, map_licence: str = ""
) -> APIRouter:
    """The pages over the read models; `map_licence` is the approval number of the boundaries, where there are some."""
    dress(frame, reader.divisions, map_licence=map_licence)
    router = frame.router()
    for add in PAGES:
        add(router, reader, frame)
    league.add(router, leagues, frame)
    reports.add(router, forms, orders, reader, frame)
    return router
