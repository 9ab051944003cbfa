"""Show the read models as pages in Chinese; each page is one file and one line of the table."""

from typing import Final

from fastapi import APIRouter

from runtime.pages import Frame
from services.reporting.api.console import hazard, ledger, overview, site, today
from services.reporting.api.console.words import dress
from services.reporting.api.reading import Reader

PAGES: Final = (overview.add, today.add, ledger.add, hazard.add, site.add)
"""In the order in which their addresses are tried."""


def console(reader: Reader, frame: Frame) -> APIRouter:
    """The pages over the read models."""
    dress(frame, reader.divisions)
    router = frame.router()
    for add in PAGES:
        add(router, reader, frame)
    return router
