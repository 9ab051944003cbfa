"""Say which days a committee's calendar sets apart, and which dates of which cases moved when days were set."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from runtime.access import Who
from runtime.database import Database
from services.escalation.api.answers import as_json, documented
from services.escalation.core.recounted_words import sentence
from services.escalation.store import bulk, calendars
from services.escalation.store.calendars import LAST
from services.escalation.store.lawbook import LawBook

LARGEST_PAGE = 200
SMALLEST_PAGE = 50

Committee = Annotated[str, Query(pattern=r"^([0-9]{6,12})?$", description="root tenant")]
Subject = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$", description="id of a case, such as a hazard's")]


def add(router: APIRouter, database: Database, book: LawBook) -> None:
    """Add the routes below `/v1/calendar`."""

    @router.get("/calendar", response_class=Response, responses=documented("items"))
    def calendar(who: Who, committee: Committee = "") -> Response:
        """For each committee the years whose notices are published, and the days that were set since the seed, by whose word."""
        with database.begin(who.tenants) as work:
            law = book.law(bulk.cursor(work), writes=False)
        items = []
        for root in sorted(law.committees()):
            known = law.calendar_of(root)
            if committee in ("", root):
                days = [
                    {
                        "day": day,
                        "kind": "working_day" if known.is_worked(day) else "holiday",
                        "name": known.festivals.get(day),
                        "order": order,
                    }
                    for day, order in sorted(known.orders.items())
                ]
                years = {"first_year": min(known.years, default=None), "last_year": max(known.years, default=None)}
                items.append({"committee": root, **years, "changed_at": known.changed_at, "days": days})
        return as_json({"items": items})

    @router.get("/calendar/recounted", response_class=Response, responses=documented("items", "next"))
    def recounted(
        who: Who,
        committee: Committee = "",
        subject: Subject = "",
        cursor: Annotated[int, Query(ge=1, le=LAST, description="`next` of the page before")] = LAST,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = SMALLEST_PAGE,
    ) -> Response:
        """Which dates of which cases were counted anew: before, after, whether it is firm, and by which change; the newest first."""
        with database.begin(who.tenants) as work:
            found = calendars.journal(work, committee=committee, case_id=subject, before=cursor, limit=limit + 1)
        items = [line._asdict() | {"sentence": sentence(line)} for line in found[:limit]]
        return as_json({"items": items, "next": found[limit - 1].place if len(found) > limit else None})
