"""Show an auditor what people did, and whether the chain of entries is whole."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.access.audit import Asked
from runtime.pages import Frame
from services.reporting.api import audit
from services.reporting.api.audit import Chain, CursorText, Word
from services.reporting.api.console.asked import Flag
from services.reporting.api.reading import Reader

PAGE: Final = 50


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The audit of one's area."""

    @router.get("/audit")
    def page(
        request: Request,
        who: Who,
        actor: Word = "",
        about: Word = "",
        tenant: Chain = "",
        verify: Flag = "",
        cursor: CursorText = "",
    ) -> HTMLResponse:
        """Entries, newest first; `verify` computes every chain that is seen anew."""
        asked = {"actor": actor.strip(), "about": about.strip(), "tenant": tenant}
        found = audit.read(reader.of(who), Asked(**asked, after=audit.position(cursor)), PAGE, checks=bool(verify))
        return frame.page(request, "audit.html", as_of=None, found=found, asked=asked, is_first=not cursor)
