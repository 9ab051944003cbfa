"""Show what is silenced, by whom, why and until when; let people add a silence and lift it."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.divisions import Divisions
from contracts.vocabulary import HazardLevel, Measure, RuleId
from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.pages import Frame, Trouble
from services.notify.api.pages import said
from services.notify.api.pages.said import Done
from services.notify.api.switches import covers
from services.notify.core.matching import Match, words_of
from services.notify.core.suppression import SHANGHAI, Silence
from services.notify.store import switches

LONGEST: Final = timedelta(days=90)
NO_SUCH_SILENCE: Final = "这项静默已经结束，或者不存在。"

Text = Annotated[str, Form(max_length=200)]
Why = Annotated[str, Form(min_length=1, max_length=500)]


def add(router: APIRouter, *, database: Database, divisions: Divisions, frame: Frame, clock: Clock) -> None:
    """The list with the form below it."""
    frame.environment.filters["silence_words"] = words_of
    _add_reading(router, database, divisions, frame, clock)
    _add_writing(router, database, divisions, clock)


def _add_reading(router: APIRouter, database: Database, divisions: Divisions, frame: Frame, clock: Clock) -> None:
    @router.get("/silences")
    def list_(request: Request, who: Who, *, ended: bool = False, done: Done = "") -> HTMLResponse:
        """Silences that act or will act; with `ended` also the others."""
        now = clock.now()
        with database.begin() as work:
            listed = switches.list_silences(work, not_ended_at=None if ended else now)
            found = [each for each in listed if covers(who, divisions, each[0].match.tenant)]
            muted = switches.muted_by(work, [silence.id for silence, _, _ in found])
        return frame.page(
            request,
            "silences.html",
            as_of=now,
            silences=[
                {
                    "silence": silence,
                    "state": _state(silence, now) if lifted_at is None else "lifted",
                    "lifted_at": lifted_at,
                    "lifted_by": lifted_by,
                    "muted": muted.get(str(silence.id), 0),
                }
                for silence, lifted_at, lifted_by in found
            ],
            ended=ended,
            rules=list(RuleId),
            measures=list(Measure),
            hazard_levels=list(HazardLevel),
            done=done,
        )


def _add_writing(router: APIRouter, database: Database, divisions: Divisions, clock: Clock) -> None:
    @router.post("/silences")
    def post(
        who: Who,
        reason: Why,
        ends_at: Text,
        tenant: Text = "",
        rule: Text = "",
        measure: Text = "",
        hazard_level: Text = "",
        recipient: Text = "",
    ) -> RedirectResponse:
        """Add a silence from now on."""
        now = clock.now()
        match = _match(tenant.strip(), rule, measure, hazard_level)
        silence = Silence(
            id=clock.uuid(),
            author=who.name,
            reason=reason,
            starts_at=now,
            ends_at=_instant(ends_at),
            match=match,
            recipient=recipient.strip(),
        )
        _refuse_unfit(silence, now)
        if not covers(who, divisions, match.tenant):
            raise Trouble(HTTPStatus.BAD_REQUEST, "请填写本辖区或者下级的辖区代码，只能静默自己负责的范围。")
        with database.begin() as work:
            switches.put_silence(work, silence, now)
        return _back(said.SILENCED)

    @router.post("/silences/{silence_id}/lift")
    def lift(who: Who, silence_id: UUID) -> RedirectResponse:
        """End it now; it stays readable."""
        with database.begin() as work:
            found = switches.silence(work, silence_id)
            if found is None or not covers(who, divisions, found.match.tenant):
                raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_SILENCE)
            if not switches.lift_silence(work, found, author=who.name, now=clock.now()):
                raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_SILENCE)
        return _back(said.LIFTED)


def _match(tenant: str, rule: str, measure: str, hazard_level: str) -> Match:
    try:
        return Match(
            tenant=(tenant,) if tenant else (),
            rule=(rule,) if rule else (),
            measure=(Measure(measure),) if measure else (),
            hazard_level=(HazardLevel(hazard_level),) if hazard_level else (),
        )
    except ValueError as error:
        raise Trouble(HTTPStatus.BAD_REQUEST, "规则、措施或者隐患等级无法识别，请从列表中选择。") from error


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise Trouble(HTTPStatus.BAD_REQUEST, "结束时间无法识别，请按“年-月-日 时:分”填写。") from error


def _refuse_unfit(silence: Silence, now: datetime) -> None:
    if silence.ends_at <= now:
        raise Trouble(HTTPStatus.BAD_REQUEST, "结束时间已经过去，请填写将来的时间。")
    if silence.ends_at - now > LONGEST:
        raise Trouble(HTTPStatus.BAD_REQUEST, f"一项静默最长 {LONGEST.days} 天，请缩短，到期后可以再设。")
    if silence.match == Match() and not silence.recipient:
        raise Trouble(HTTPStatus.BAD_REQUEST, "这会静默全部通知。请至少填写一个条件；要停止全部发送，请用总开关。")
    if any(not code.isascii() or not code.isdigit() for code in silence.match.tenant):
        raise Trouble(HTTPStatus.BAD_REQUEST, "辖区代码是 6 至 12 位数字，例如 331081。")


def _state(silence: Silence, now: datetime) -> str:
    return "active" if silence.active_at(now) else "pending" if now < silence.starts_at else "ended"


def _back(done: str) -> RedirectResponse:
    return RedirectResponse(said.led("/silences", done), HTTPStatus.SEE_OTHER)
