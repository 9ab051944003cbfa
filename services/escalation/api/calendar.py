"""Show who owes what by when, and whether it came: the calendar of obligations."""

from typing import Annotated, Final, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.pages import Frame
from services.escalation.api.pictures import duties_of
from services.escalation.core.pictures import duties
from services.escalation.store import reading
from services.escalation.store.lawbook import LawBook

SHOWN: Final = 300
STATES: Final = {"missed": "逾期未报", "owed": "待报", "late": "迟报", "in_time": "按期", "without_term": "没有期限"}
TONES: Final = {"missed": "bad", "owed": "", "late": "warn", "in_time": "good", "without_term": "muted"}
OPEN: Final = ("missed", "owed")


def pages(database: Database, book: LawBook, clock: Clock, frame: Frame) -> APIRouter:
    """The page of obligations; what is missed stands first, then what falls due first."""
    router = frame.router()

    @router.get("/obligations")
    def obligations(
        request: Request,
        who: Who,
        state: Annotated[str, Query(pattern=f"^({'|'.join(get_args(duties.State))})?$")] = "",
    ) -> HTMLResponse:
        """What is owed and missed; or, by state, what came."""
        with database.begin(who.tenants) as work:
            found = duties_of(work, book, clock)
            as_of = reading.as_of(work)
        counts = {name: sum(one.state == name for one in found) for name in STATES}
        wanted = (state,) if state else OPEN
        listed = duties.in_order(one for one in found if one.state in wanted)
        return frame.page(
            request,
            "obligations.html",
            as_of=as_of,
            duties=listed[:SHOWN],
            count=len(listed),
            counts=counts,
            state=state,
            words=STATES,
            tones=TONES,
        )

    return router
