"""Show what was told to whom and what waits, and the trail of one notice; let people settle what nobody knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.divisions import Divisions
from contracts.vocabulary import Measure, NoticeState, Suppression
from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.pages import Frame, Trouble
from services.notify.api.forms import attempt_shown
from services.notify.api.notices import make_cursor
from services.notify.api.pages import said
from services.notify.api.pages.said import Done
from services.notify.api.pages.turning import place_of
from services.notify.api.restricted import sees_restricted
from services.notify.api.switches import covers
from services.notify.core.notice import IllegalMove
from services.notify.core.people import RULED, Ruling
from services.notify.core.receipts import CHINESE as RECEIPTS
from services.notify.core.receipts import Receipt
from services.notify.core.rules import rule_of
from services.notify.core.ways import word
from services.notify.handlers.people import Counter, Miscounted, Unknown
from services.notify.store import outbox, switches, unsettled
from services.notify.store.listing import Wanted, show_notice

PAGE: Final = 50
TONES: Final = {
    "delivered": "good",
    "failed": "bad",
    "ambiguous": "warn",
    "retrying": "warn",
    "suppressed": "quiet",
}
OUTCOMES: Final = {
    "delivered": "送达",
    "temporary": "暂时失败",
    "limited": "限流",
    "permanent": "永久失败",
    "gone": "地址作废",
    "ambiguous": "结果不明",
}
ACTS: Final = {
    "retried": "人工重发",
    "settled": "人工核实",
    "released": "恢复发送",
    "acknowledged": "签收",
    "fell_back": "转后备人员",
    "detoured": "改走其他渠道",
}

Why = Annotated[str, Form(min_length=1, max_length=500)]


def add(
    router: APIRouter, *, database: Database, divisions: Divisions, counter: Counter, frame: Frame, clock: Clock
) -> None:
    """The list by state and one page for each notice."""
    frame.environment.globals |= {"notice_tones": TONES, "notice_outcomes": OUTCOMES, "notice_acts": ACTS}
    frame.environment.filters |= {
        "channel": word,
        "notice_word": lambda word: NoticeState(word).chinese,
        "suppression_word": lambda word: Suppression(word).chinese,
        "receipt": lambda said: RECEIPTS[Receipt(said)],
        "rule_word": lambda word: rule_of(word).chinese,
        "measure_word": lambda word: Measure(word).chinese,
    }
    _add_list(router, database, divisions, frame, clock)
    _add_trail(router, database, frame)
    _add_acts(router, counter)


def _add_list(router: APIRouter, database: Database, divisions: Divisions, frame: Frame, clock: Clock) -> None:
    @router.get("/notices")
    def list_(
        request: Request,
        who: Who,
        state: NoticeState | None = None,
        tenant: Annotated[str, Query(pattern=r"^([0-9]{6,12})?$")] = "",
        cursor: Annotated[str, Query(max_length=200)] = "",
        done: Done = "",
    ) -> HTMLResponse:
        """Notices by state, newest first, with what is switched off now."""
        before, before_id = place_of(cursor)
        wanted = Wanted(
            state=state.value if state else None,
            tenant=tenant or None,
            before=before,
            before_id=before_id,
            limit=PAGE + 1,
        )
        now = clock.now()
        with database.begin() as work:
            heaps = unsettled.heaps(work, tenant or None) if state is NoticeState.AMBIGUOUS else []
            found = outbox.page(work, wanted, may_know=sees_restricted(who))
            counted = outbox.counts(work, tenant or None)
            throw = switches.last_throw(work)
            silences = [each[0] for each in switches.list_silences(work, not_ended_at=now)]
            shadows = [row["tenant"] for row in switches.list_tenant_rules(work) if row["shadow"]]
        return frame.page(
            request,
            "notices.html",
            as_of=now,
            notices=found[:PAGE],
            next_cursor=make_cursor(found[PAGE - 1]) if len(found) > PAGE else "",
            is_first=not cursor,
            states=[(each, counted.get(each.value, 0)) for each in NoticeState],
            total=sum(counted.values()),
            chosen=state,
            tenant=tenant,
            heaps=heaps,
            done=done,
            stopped=throw if throw and throw["stopped"] else None,
            silences=[each for each in silences if each.active_at(now) and covers(who, divisions, each.match.tenant)],
            shadows=[code for code in shadows if who.reaches(code, divisions)],
        )


def _add_trail(router: APIRouter, database: Database, frame: Frame) -> None:
    @router.get("/notices/{notice_id}")
    def one(request: Request, who: Who, notice_id: str, done: Done = "") -> HTMLResponse:
        """The trail of one notice."""
        with database.begin() as work:
            found = show_notice(work, notice_id)
            if found is None:
                raise Trouble(HTTPStatus.NOT_FOUND, "没有这条通知。")
            notice, attempts, acts = found
            reason = outbox.reasons(work, [notice["decision_id"]], may_know=sees_restricted(who)).get(
                notice["decision_id"], ""
            )
            together = outbox.told_together(work, notice_id, [row["message"] for row in attempts])
        state = NoticeState(notice["state"])
        return frame.page(
            request,
            "notice.html",
            as_of=frame.now(),
            notice=notice,
            reason=reason,
            attempts=[attempt_shown(row) for row in attempts],
            acts=acts,
            together=together,
            may_retry=state not in {NoticeState.CREATED, NoticeState.SENDING, NoticeState.DELIVERED},
            may_settle=state is NoticeState.AMBIGUOUS,
            may_acknowledge=state is NoticeState.DELIVERED and not notice["acknowledged_at"],
            done=done,
        )


def _add_acts(router: APIRouter, counter: Counter) -> None:
    @router.post("/notices/settle")
    def settle_all(
        who: Who,
        reason: Why,
        channel: Annotated[str, Form(max_length=20)],
        answer: Annotated[str, Form(max_length=500)],
        state: Annotated[NoticeState, Form()],
        expected: Annotated[int, Form(ge=1)],
        until: Annotated[datetime, Form()],
        tenant: Annotated[str, Form(pattern=r"^([0-9]{6,12})?$")] = "",
    ) -> RedirectResponse:
        """Say what became of a whole heap of ambiguous notices, as it stood on the page."""
        if state not in RULED or until.tzinfo is None:
            raise Trouble(HTTPStatus.BAD_REQUEST, "请从发件箱的“结果不明”列表中办理。")
        ruling = Ruling(channel=channel, answer=answer, tenant=tenant or None, until=until)
        try:
            done = counter.settle_all(ruling, state, expected=expected, author=who.name, reason=reason)
        except Miscounted as error:
            raise Trouble(
                HTTPStatus.CONFLICT,
                f"现在符合的有 {error.found} 条，与页面上的 {expected} 条不同，没有登记。请刷新后重新核对。",
            ) from error
        return RedirectResponse(said.led("/notices?state=ambiguous", said.RULED, done), HTTPStatus.SEE_OTHER)

    @router.post("/notices/{notice_id}/retry")
    def retry(who: Who, notice_id: str, reason: Why) -> RedirectResponse:
        """Send it again, now."""
        with _in_words():
            counter.retry(notice_id, author=who.name, reason=reason)
        return _back(notice_id, said.RETRIED)

    @router.post("/notices/{notice_id}/settle")
    def settle(who: Who, notice_id: str, reason: Why, state: Annotated[NoticeState, Form()]) -> RedirectResponse:
        """Say what became of it."""
        with _in_words():
            counter.settle(notice_id, state, author=who.name, reason=reason)
        return _back(notice_id, said.SETTLED)

    @router.post("/notices/{notice_id}/acknowledge")
    def acknowledge(who: Who, notice_id: str, reason: Annotated[str, Form(max_length=500)] = "") -> RedirectResponse:
        """Say that somebody has taken notice."""
        with _in_words():
            first = counter.acknowledge(notice_id, author=who.name, reason=reason)
        return _back(notice_id, said.ACKNOWLEDGED if first else said.ACKNOWLEDGED_BEFORE)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Unknown as error:
        raise Trouble(HTTPStatus.NOT_FOUND, "没有这条通知。") from error
    except IllegalMove as error:
        raise Trouble(
            HTTPStatus.CONFLICT, "通知的状态已经变化，不能这样处理。请返回通知页面查看现在的状态。"
        ) from error


def _back(notice_id: str, done: str) -> RedirectResponse:
    return RedirectResponse(said.led(f"/notices/{quote(notice_id)}", done), HTTPStatus.SEE_OTHER)
