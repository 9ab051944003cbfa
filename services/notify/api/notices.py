"""`/v1/notices`: what was told to whom, and what became of it."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from contracts.vocabulary import NoticeState
from runtime.access import Who
from runtime.database import Database
from runtime.web import Problem
from services.notify.api.forms import (
    Acknowledgement,
    ActShown,
    Code,
    NoticePage,
    NoticeShown,
    NoticeTrail,
    RulingForm,
    Settled,
    Word,
    attempt_shown,
)
from services.notify.core.notice import IllegalMove
from services.notify.core.people import Ruling
from services.notify.handlers.people import RULED_AT_ONCE, Counter, Miscounted, Unknown
from services.notify.store.listing import Wanted, list_notices, show_notice

Limit = Annotated[int, Query(ge=1, le=200, description="notices on one page")]
NO_SUCH_NOTICE = "no such notice"


def router(*, database: Database, counter: Counter) -> APIRouter:
    """The routes of notices."""
    routes = APIRouter(tags=["notices"])
    _add_reading(routes, database)
    _add_acts(routes, database, counter)
    return routes


def make_cursor(row: dict[str, Any]) -> str:
    """The place after this row, opaque to whoever keeps it."""
    return write_cursor(row["created_at"], row["id"])


def write_cursor(moment: datetime, identifier: str) -> str:
    """The place after what was made at a moment under an id."""
    return base64.urlsafe_b64encode(msgspec.json.encode([moment, identifier])).decode().rstrip("=")


def read_cursor(word: str) -> tuple[datetime, str]:
    """The place a cursor stands for; 400 where it is none of ours."""
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        moment, identifier = msgspec.json.decode(raw, type=tuple[Annotated[datetime, msgspec.Meta(tz=True)], str])
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise Problem(400, "the cursor is none of ours: begin without one") from error
    return moment, identifier


def _add_reading(routes: APIRouter, database: Database) -> None:
    @routes.get("/v1/notices")
    def get_notices(
        who: Who,
        decision_id: Word | None = None,
        state: NoticeState | None = None,
        tenant: Code | None = None,
        cursor: Word | None = None,
        limit: Limit = 50,
    ) -> NoticePage:
        """Notices, newest first; of one decision, in one state, of a tenant and all below it."""
        before = read_cursor(cursor) if cursor else (None, "")
        wanted = Wanted(
            decision_id=decision_id,
            state=state.value if state else None,
            tenant=tenant,
            before=before[0],
            before_id=before[1],
            limit=limit + 1,  # one more tells whether another page follows
        )
        with database.begin(who.tenants) as work:
            found = list_notices(work, wanted)
        page = found[:limit]
        more = make_cursor(page[-1]) if len(found) > limit else None
        return NoticePage(notices=[NoticeShown(**row) for row in page], next=more)

    @routes.get("/v1/notices/{notice_id}")
    def get_notice(who: Who, notice_id: Word) -> NoticeTrail:
        """One notice with its attempts and what people did about it."""
        with database.begin(who.tenants) as work:
            found = show_notice(work, notice_id)
        if found is None:
            raise Problem(404, NO_SUCH_NOTICE)
        notice, attempts, acts = found
        return NoticeTrail(
            notice=NoticeShown(**notice),
            attempts=[attempt_shown(row) for row in attempts],
            acts=[ActShown(**row) for row in acts],
        )


def _add_acts(routes: APIRouter, database: Database, counter: Counter) -> None:
    @routes.post("/v1/notices/{notice_id}/acknowledge")
    def acknowledge(who: Who, notice_id: Word, form: Acknowledgement) -> NoticeShown:
        """Say that somebody has taken notice. The first one counts; a second changes nothing."""
        try:
            counter.acknowledge(notice_id, author=who.name, reason=form.reason, tenants=who.tenants)
        except Unknown as error:
            raise Problem(404, NO_SUCH_NOTICE) from error
        except IllegalMove as error:
            raise Problem(409, str(error)) from error
        with database.begin(who.tenants) as work:
            found = show_notice(work, notice_id)
        if found is None:
            raise Problem(404, NO_SUCH_NOTICE)
        return NoticeShown(**found[0])

    @routes.post("/v1/notices/settle")
    def settle(who: Who, form: RulingForm) -> Settled:
        """Say what became of many ambiguous notices of one cause; 409 where not exactly `expected` of them fit."""
        conditions = form.model_dump(include={"channel", "answer", "tenant", "since", "until"})
        try:
            settled = counter.settle_all(
                Ruling(**conditions),
                NoticeState(form.outcome),
                expected=form.expected,
                author=who.name,
                reason=form.reason,
                tenants=who.tenants,
            )
        except Miscounted as error:
            raise Problem(
                409, f"{error.found} notices fit, not {form.expected} (at most {RULED_AT_ONCE}): look again"
            ) from error
        return Settled(settled=settled)
