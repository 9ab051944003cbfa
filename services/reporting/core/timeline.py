"""Tell one hazard's story: facts, decisions and notices in the order in which they happened, with when each was known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from contracts.events.table import EVENT_TYPES
from contracts.facts import Fact
from contracts.vocabulary import NoticeState, Status
from services.reporting.core.decided import DecisionRecord
from services.reporting.core.lines import Line, changes, lines_of, media_of
from services.reporting.core.notified import NoticeRecord
from services.reporting.core.said import EMPTY, Heard, in_order, read
from services.reporting.core.standing import REPORTED, Reaches, fold
from services.reporting.core.transfer import TRANSFERRED
from services.reporting.core.wording import decision_text, moment_text


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story.

    `kind` is fact, decision or notice; `at` when it happened or fell due, `known_at` when it was known here. `mark` is
    empty for what counts, else a key of `MARKS`. `tone` is bad, warn, good, muted or plain. `lines` are (label, text)
    pairs for a reader, `reference` the id of the event, decision or notice. `clauses` are those that a decision rests on,
    `media` the references to photographs and documents that a fact gives.
    """

    kind: str
    at: datetime
    known_at: datetime
    title: str
    type: str
    reference: str
    tone: str = ""
    mark: str = ""
    late: bool = False
    tenant: str = ""
    source: str = ""
    lines: tuple[Line, ...] = ()
    clauses: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


MARKS: Final = {
    "corrected": "已被更正",
    "voided": "已作废",
    "correction": "更正",
    "set_aside": "非本隐患主管或上级单位所报，未采用",
    "waiting": "等待隐患上报后采用",
}
"""What each mark means to a reader."""

_KINDS: Final = ("fact", "decision", "notice")


def tell(
    facts: Sequence[Fact],
    decisions: Iterable[DecisionRecord],
    notices: Iterable[NoticeRecord],
    *,
    hazard_id: str,
    reaches: Reaches,
    recipient: Callable[[str], str],
) -> list[Entry]:
    """The whole story, earliest first; at one instant facts stand before decisions and those before notices.

    `recipient` says in words whom a handle (`role@unit`) addresses.
    """
    decided = [_decision(record) for record in decisions]
    entries = [
        *_facts(facts, hazard_id, reaches),
        *decided,
        *_notices(notices, recipient, {entry.reference: entry.title for entry in decided}),
    ]
    return sorted(entries, key=lambda entry: (entry.at, _KINDS.index(entry.kind), entry.known_at, entry.reference))


def is_told_to(entry: Entry, sources: Sequence[str]) -> bool:
    """Whether an upstream system with these sources is told of it: of every decision, and of what it said itself."""
    return entry.kind == "decision" or (entry.kind == "fact" and entry.source in sources)


def _facts(facts: Sequence[Fact], hazard_id: str, reaches: Reaches) -> Iterable[Entry]:
    known = {(fact.source, fact.id): fact for fact in facts}
    counted = {(heard.fact.source, heard.fact.id): heard for heard in in_order(facts)}
    opening = next(
        (h for h in counted.values() if h.subject == REPORTED and h.said and h.said.hazard_id == hazard_id), None
    )
    moves = any(heard.subject == TRANSFERRED for heard in counted.values())
    for fact in facts:
        standing = fold(facts, hazard_id, reaches, happened=fact.time) if moves else None
        tenant = standing.tenant if standing else opening.fact.tenant if opening else ""
        mark = _mark(fact, counted.get((fact.source, fact.id)), tenant, hazard_id, reaches)
        before = known.get((fact.source, fact.correction)) if fact.correction else None
        yield _fact(fact, mark, before)


def _mark(fact: Fact, heard: Heard | None, tenant: str, hazard_id: str, reaches: Reaches) -> str:
    """Why it does not count; `tenant` had the hazard when it happened, empty while nobody has reported it."""
    if fact.correction:
        return "correction"
    if heard is None or heard.said is None:
        return "voided"
    if heard.said.hazard_id not in {"", hazard_id} or bytes(heard.fact.data) != bytes(fact.data):
        return "corrected"
    if heard.said.hazard_id != hazard_id:
        return ""  # it only names the hazard
    if not tenant:
        return "waiting"
    return "" if reaches(tenant, fact.tenant) else "set_aside"


def _fact(fact: Fact, mark: str, before: Fact | None) -> Entry:
    row = EVENT_TYPES.get(fact.type)
    title, tone = _title(fact, row.chinese if row else fact.type)
    voids = bytes(fact.data).strip() in EMPTY
    if fact.correction:
        title = f"作废：{title}" if voids else f"更正：{title}"
    return Entry(
        kind="fact",
        at=fact.time,
        known_at=fact.known_at,
        title=title,
        type=fact.type,
        reference=fact.id,
        tone=tone if mark in {"", "correction"} else "muted",
        mark=mark,
        late=fact.late,
        tenant=fact.tenant,
        source=fact.source,
        lines=tuple(changes(fact, before) if before is not None and not voids else lines_of(fact)),
        media=media_of(fact),
    )


def _title(fact: Fact, chinese: str) -> tuple[str, str]:
    said = read(fact)
    match fact.type.rpartition(".v")[0]:
        case "hazard.reinspected" if said:
            return ("复查合格", "good") if said.passed else ("复查不合格，重新整改", "bad")
        case "hazard.extension_decided" if said:
            return ("同意延期", "") if said.granted else ("不同意延期", "warn")
        case "hazard.rectified" | "hazard.closed":
            return chinese, "good"
        case "hazard.rectification_refused":
            return chinese, "bad"
        case "hazard.returned" | "hazard.clock_suspended":
            return chinese, "warn"
    return chinese, ""


_DECISION_TONES: Final[Mapping[Status, str]] = {
    Status.RAISED: "bad",
    Status.CONFIRMED: "bad",
    Status.PROPOSED: "warn",
    Status.PROVISIONAL: "warn",
    Status.QUESTIONED: "warn",
    Status.CLEARED: "good",
}


def _decision(record: DecisionRecord) -> Entry:
    decision = record.decision
    lines = [
        ("状态", decision.status.chinese),
        ("理由", decision.reason),
        ("起算", moment_text(decision.since) if decision.since else ""),
        ("依据", f"{'、'.join(decision.clauses)}（{decision.policy.id} 第 {decision.policy.version} 版）"),
        ("执行", f"{decision.level.chinese}{f'（{decision.acts_for}）' if decision.acts_for else ''}"),
    ]
    return Entry(
        kind="decision",
        at=decision.at,
        known_at=decision.known_at,
        title=decision_text(decision.rule, decision.measure, decision.step),
        type=str(decision.rule),
        reference=decision.decision_id,
        tone=_DECISION_TONES.get(decision.status, "muted"),
        late=decision.late_recorded,
        tenant=decision.tenant,
        lines=tuple((label, text) for label, text in lines if text),
        clauses=decision.clauses,
    )


_NOTICE_TONES: Final[Mapping[NoticeState, str]] = {
    NoticeState.DELIVERED: "good",
    NoticeState.FAILED: "bad",
    NoticeState.AMBIGUOUS: "warn",
    NoticeState.RETRYING: "warn",
}


def _notices(
    records: Iterable[NoticeRecord], recipient: Callable[[str], str], titles: Mapping[str, str]
) -> Iterable[Entry]:
    """One line per notice, at its first record, with what it tells and what became of it."""
    stories: dict[str, list[NoticeRecord]] = {}
    for record in sorted(records, key=lambda record: (record.place, record.notice.at)):
        stories.setdefault(record.notice.notice_id, []).append(record)
    for story in stories.values():
        first, last = story[0].notice, story[-1].notice
        lines = [
            ("事由", "、".join(titles[told] for told in story[-1].decisions if told in titles)),
            ("接收人", recipient(last.recipient)),
            ("渠道", _CHANNELS.get(last.channel, last.channel)),
            ("经过", " → ".join(f"{record.notice.state.chinese} {moment_text(record.notice.at)}" for record in story)),
            ("原因", last.suppression.chinese if last.suppression else ""),
            ("渠道回执", last.error),
        ]
        yield Entry(
            kind="notice",
            at=first.at,
            known_at=story[0].accepted_at or first.at,
            title=f"通知 · {last.state.chinese}",
            type=last.channel,
            reference=last.notice_id,
            tone=_NOTICE_TONES.get(last.state, "muted"),
            tenant=last.tenant,
            lines=tuple((label, text) for label, text in lines if text),
        )


_CHANNELS: Final = {"email": "电子邮件", "webhook": "系统回调"}
"""Channels that have a Chinese name; others are shown as they are called."""
