"""Show one hazard: where it stands, its deadlines, everything that happened."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.pages import Frame, Trouble
from services.reporting.api.reading import Reader, Story

NO_SUCH_HAZARD: Final = "没有这条隐患，或者它的上报已经作废、更正为其他编号。"


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """One page for each hazard, and a choice where several systems use one id."""

    @router.get("/hazards/{hazard_id:path}")
    def hazard(request: Request, who: Who, hazard_id: str) -> HTMLResponse:
        """One hazard: where it stands, its deadlines, everything that happened."""
        mine = reader.of(who)
        found = mine.hazard(hazard_id)
        if isinstance(found, Story):
            return frame.page(request, "hazard.html", as_of=found.as_of, story=found, row=found.row)
        if not found:
            raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_HAZARD)
        return frame.page(request, "namesakes.html", as_of=mine.as_of(""), rows=found, hazard_id=hazard_id)
