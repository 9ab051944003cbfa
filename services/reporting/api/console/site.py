"""Show sites: a list to search, and one with its history."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.pages import Frame, Trouble
from services.reporting.api import boards
from services.reporting.api.console.asked import Tenant, Word
from services.reporting.api.reading import Reader

NO_SUCH_SITE: Final = "没有这个场所，或者在您的范围内没有在此发现过隐患。"


def add(router: APIRouter, reader: Reader, frame: Frame) -> None:
    """The list of sites and a page for each."""

    @router.get("/sites")
    def sites(request: Request, who: Who, tenant: Tenant = "", q: Word = "") -> HTMLResponse:
        """Sites by a part of their name; without one, those with most that is overdue."""
        mine = reader.of(who)
        found = boards.sites(mine, tenant, q.strip())
        return frame.page(
            request,
            "sites.html",
            as_of=found.as_of,
            tenant=tenant,
            q=q.strip(),
            sites=found.sites,
            limit=boards.SITES_SHOWN,
            choices=mine.choices(),
        )

    @router.get("/sites/{site_id:path}")
    def site(request: Request, who: Who, site_id: str) -> HTMLResponse:
        """One site: what was found there, what was decided about it."""
        story = boards.site(reader.of(who), site_id)
        if story is None:
            raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_SITE)
        return frame.page(request, "site.html", as_of=story.as_of, story=story)
