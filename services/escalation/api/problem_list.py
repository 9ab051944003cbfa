"""Show the problem list with the four steps of each entry, as a page and as data (S2-27)."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.database import Database, Work
from runtime.pages import Frame
from services.escalation.api.answers import as_json, documented
from services.escalation.core.case import CaseKey
from services.escalation.core.pictures.problem_list import CONSIDERED, Entry, entry, in_order
from services.escalation.store import bulk, reading
from services.escalation.store.lawbook import LawBook
from services.escalation.store.pictures import Pictures, escaped

STEPS: Final = ("会商研判", "告知提示", "督查督导", "考核晾晒")
"""The four steps in the words of the notice, in the order of `Entry.steps`."""


def add(router: APIRouter, database: Database, book: LawBook) -> None:
    """Add the route of the list."""

    @router.get("/problem-list", response_class=Response, responses=documented("items"))
    def listed(who: Who) -> Response:
        """Every entry of the problem list, what is open and has come least far first."""
        with database.begin(who.tenants) as work:
            return as_json({"items": entries(work, book)})


def pages(database: Database, book: LawBook, frame: Frame) -> APIRouter:
    """The page of the list."""
    router = frame.router()

    @router.get("/problem-list")
    def listed(request: Request, who: Who) -> HTMLResponse:
        """Each entry with its four steps."""
        with database.begin(who.tenants) as work:
            found = entries(work, book)
            as_of = reading.as_of(work)
        return frame.page(request, "problem_list.html", as_of=as_of, entries=found, steps=STEPS)

    return router


def entries(work: Work, book: LawBook) -> list[Entry]:
    """The entries in scope."""
    law = book.law(bulk.cursor(work), writes=False)
    pictures = Pictures(work, law)
    told = pictures.decided_under("problem_list")
    consultations: dict[str, list[Any]] = {}
    leagues: dict[str, list[Any]] = {}
    for committee in {one.decision.committee for one in told}:
        pattern = f"{escaped(CONSIDERED)}/%"
        consultations[committee] = [state for _, state in pictures.like("obligation", pattern, committee)]
        leagues[committee] = [state for _, state in pictures.like("league", "%", committee)]
    found = []
    for line in told:
        record = line.decision
        key = CaseKey(
            record.committee,
            "site",
            str(record.context.get("namespace", "")),
            str(record.context.get("site_id", "")),
        )
        site = pictures.case(key) if key.id else None
        found.append(
            entry(
                record,
                line.decided_at,
                consultations[record.committee],
                site[1] if site else None,
                leagues[record.committee],
            )
        )
    return list(in_order(found))
