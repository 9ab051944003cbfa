"""Show the read models as pages in Chinese; each page is one file and one line of the table."""

from typing import Final

from fastapi import APIRouter

from runtime.pages import Frame
from services.reporting.api.console import audit, hazard, ledger, overview, risks, site, today
from services.reporting.api.console.words import dress
from services.reporting.api.reading import Reader

PAGES: Final = (overview.add, today.add, risks.add, ledger.add, hazard.add, site.add, audit.add)
"""In the order in which their addresses are tried."""


def console(reader: Reader, frame: Frame, *, map_licence: str = "") -> APIRouter:
    """The pages over the read models; `map_licence` is the approval number of the boundaries, where there are some."""
    dress(frame, reader.divisions, map_licence=map_licence)
    router = frame.router()
    for add in PAGES:
        add(router, reader, frame)
    return router
