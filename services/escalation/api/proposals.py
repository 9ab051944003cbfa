"""Show what waits for a named person, with the grounds, and take the word: nothing that punishes happens without one."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.decisions import Decision
from contracts.divisions import Divisions
from contracts.events.table import EVENT_TYPES
from contracts.facts import Fact
from contracts.vocabulary import Measure, Status, SubjectKind
from contracts.withholding import withheld
from policies import tables
from runtime import codec
from runtime.access import Principal, Who
from runtime.database import Database
from runtime.pages import Frame, Trouble
from services.escalation.api import pictures
from services.escalation.api.deciding import Deciding, PersonsWord, Refusal, Refused
from services.escalation.api.routes import SMALLEST_PAGE, TEXT, Answer, Cursor, DecisionId, Tenant, cursor_of, mark_in
from services.escalation.core.explaining import rung_words
from services.escalation.core.gate import ASKED, may_decide, may_see_restricted
from services.escalation.store import bulk, people, reading
from services.escalation.store.lawbook import LawBook

VIEWS: Final = {"waiting": "待审定", "confirmed": "已确认", "rejected": "不予确认"}
TONES: Final = {
    Status.PROPOSED: "warn",
    Status.QUESTIONED: "warn",
    Status.CONFIRMED: "bad",
    Status.REJECTED: "muted",
    Status.CLEARED: "good",
    Status.RETRACTED: "muted",
}
ANSWERS: Final = {
    Status.PROPOSED: {"confirm": "确认", "reject": "不予确认"},
    Status.QUESTIONED: {"confirm": "维持原决定", "reject": "撤销原决定"},
}
"""What a yes and a no are called, by where the decision stands."""

REFUSALS: Final = {
    Refusal.UNKNOWN: (HTTPStatus.NOT_FOUND, "没有这项决定，或者它不在您的范围内。"),
    Refusal.NOT_ASKED: (HTTPStatus.CONFLICT, "这项决定现在不需要审定，请看它的经过。"),
    Refusal.OTHER_LEVEL: (HTTPStatus.FORBIDDEN, "这项决定由其他层级的安委办审定。"),
    Refusal.UNSIGNED: (HTTPStatus.BAD_REQUEST, "确认须有文号：请填写批准文件的文号后再提交。"),
    Refusal.SAME_PERSON: (HTTPStatus.CONFLICT, "这项决定须由两人审定，您已先审定过，请由另一人审定。"),
    Refusal.TOO_LATE: (HTTPStatus.CONFLICT, "已经有人审定了这项决定，以先提交的为准。"),
}
LONGEST_REASON: Final = 1_000
LONGEST_NUMBER: Final = 200

_decision: Final = msgspec.json.Decoder(Decision).decode


class Line(NamedTuple):
    """One decision of the list; `said` is a word that is on its way."""

    decision: Decision
    said: people.Said | None


class Shown(NamedTuple):
    """One decision with everything that a person needs to decide about it."""

    decision: Decision
    history: list[Decision]
    grounds: list[Fact]
    said: people.Said | None


def dress(frame: Frame, divisions: Divisions) -> Frame:
    """Teach a frame the words of decisions."""
    frame.environment.filters |= {
        "area": divisions.full_name,
        "rung": rung_words,
        "area_short": lambda code: found.name if (found := divisions.get(code)) else code,
    }
    frame.environment.globals |= {
        "TONES": TONES,
        "VIEWS": VIEWS,
        "ANSWERS": ANSWERS,
        "clause_text": _clause,
        "subject_text": _subject,
        "subject_address": _address,
        "event_name": lambda name: row.chinese if (row := EVENT_TYPES.get(name)) else name,
    }
    return frame


def pages(database: Database, divisions: Divisions, book: LawBook, deciding: Deciding, frame: Frame) -> APIRouter:
    """The list of proposals, one with its grounds, and the word about it."""
    dress(frame, divisions)
    router = frame.router()
    _add_list(router, database, divisions, frame)
    _add_one(router, database, book, frame)
    _add_word(router, deciding)
    return router


def _add_list(router: APIRouter, database: Database, divisions: Divisions, frame: Frame) -> None:
    @router.get("/proposals")
    def proposals(
        request: Request,
        who: Who,
        view: Annotated[str, Query(pattern=f"^({'|'.join(VIEWS)})$")] = "waiting",
        tenant: Tenant = "",
        cursor: Cursor = "",
    ) -> HTMLResponse:
        """What waits for a person; or what was confirmed or rejected, with who said so and why."""
        with database.begin(who.tenants) as work:
            waiting = view == "waiting"
            page = reading.decisions(
                work,
                divisions,
                tenant=tenant,
                waiting=waiting,
                words={} if waiting else {"status": view},
                after=mark_in(cursor),
                limit=SMALLEST_PAGE,
            )
            found = _read(page.records, who)
            said = people.said(work, [(one.committee, one.decision_id) for one in found])
            as_of = reading.as_of(work)
        lines = [Line(one, _on_its_way(one, said)) for one in found]
        following = cursor_of(page.last) if page.last else ""
        return frame.page(
            request,
            "proposals.html",
            as_of=as_of,
            lines=lines,
            view=view,
            tenant=tenant,
            cursor=cursor,
            following=following,
        )


def _add_one(router: APIRouter, database: Database, book: LawBook, frame: Frame) -> None:
    @router.get("/proposals/{decision_id}")
    def proposal(
        request: Request, who: Who, decision_id: DecisionId, done: Annotated[str, Query(pattern="^1?$")] = ""
    ) -> HTMLResponse:
        """One decision: the rule, its words, the facts, what was said before; and the form for whom it waits for."""
        with database.begin(who.tenants) as work:
            committees = book.law(bulk.cursor(work), writes=False).committees()
            stands = people.standing(work, committees, decision_id)
            if stands is None:
                raise Trouble(*REFUSALS[Refusal.UNKNOWN])
            history = _read(reading.history(work, [stands.committee], decision_id), who)
            latest = history[-1]
            grounds = reading.grounds(work, stands.committee, decision_id, list(latest.facts))
            said = people.said(work, [(stands.committee, decision_id)])
            law = book.law(bulk.cursor(work), writes=False)
            given = pictures.help_given(work, law, latest) if latest.measure == Measure.SUSPENSION else None
            as_of = reading.as_of(work)
        shown = Shown(latest, history, [codec.decode(document) for document in grounds], _on_its_way(latest, said))
        return frame.page(
            request, "proposal.html", as_of=as_of, shown=shown, given=given, may=_may(who, shown), done=bool(done)
        )


def _add_word(router: APIRouter, deciding: Deciding) -> None:
    @router.post("/proposals/{decision_id}")
    def decide(
        who: Who,
        decision_id: DecisionId,
        answer: Annotated[Answer, Form()],
        reason: Annotated[str, Form(max_length=LONGEST_REASON, pattern=TEXT)] = "",
        document_no: Annotated[str, Form(max_length=LONGEST_NUMBER, pattern=TEXT)] = "",
    ) -> RedirectResponse:
        """Take the word; the page then says that it is on its way."""
        if not reason.strip():
            raise Trouble(HTTPStatus.BAD_REQUEST, "审定须写明理由：请返回填写理由后再提交。")
        word = PersonsWord(answer, reason.strip(), document_no.strip() or None)
        taken = deciding.take(who, decision_id, word)
        if isinstance(taken, Refused):
            raise Trouble(*REFUSALS[taken.why])
        return RedirectResponse(f"/proposals/{decision_id}?done=1", HTTPStatus.SEE_OTHER)


def _read(records: Sequence[bytes], who: Principal) -> list[Decision]:
    """The records as this person may see them."""
    found = [_decision(record) for record in records]
    return found if may_see_restricted(who.roles) else [withheld(record) for record in found]


def _may(who: Principal, shown: Shown) -> bool:
    """Whether this person is asked, and nobody has said a word yet."""
    asked = shown.decision.status in ASKED and shown.said is None
    return asked and may_decide(who.roles, shown.decision.level)


def _on_its_way(decision: Decision, said: dict[tuple[str, str, datetime], people.Said]) -> people.Said | None:
    return said.get((decision.committee, decision.decision_id, decision.known_at))


def _clause(clause: str) -> str:
    row = tables.clauses().get(clause)
    return f"{row.notice}：{row.quotation}" if row else ""


def _subject(decision: Decision) -> str:
    words = decision.context
    return str(words.get("site_name") or words.get("name") or decision.subject.id)


def _address(decision: Decision) -> str:
    """The path of the subject's page in reporting, empty where it has none."""
    subject = decision.subject
    return f"/hazards/{subject.id}" if subject.kind == SubjectKind.HAZARD else ""
