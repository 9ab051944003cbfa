"""Tell one hazard's story: facts, decisions and notices in the order in which they happened, with when each was known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.events.table import EVENT_TYPES
from contracts.facts import Fact
from contracts.vocabulary import FoundBy, HazardLevel, Level, NoticeState, Status, Term
from services.reporting.core.days import SHANGHAI
from services.reporting.core.decided import DecisionRecord
from services.reporting.core.notified import NoticeRecord
from services.reporting.core.said import EMPTY, Heard, in_order, read
from services.reporting.core.standing import REPORTED, Reaches
from services.reporting.core.wording import moment_text


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story.

    `kind` is fact, decision or notice; `at` when it happened or fell due, `known_at` when it was known here. `mark` is
    empty for what counts, else corrected, voided, correction, set_aside or waiting. `tone` is bad, warn, good, muted or plain.
    `lines` are (label, text) pairs for a reader, `reference` the id of the event, decision or notice.
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
    lines: tuple[tuple[str, str], ...] = ()


MARKS: Final = {
    "corrected": "已被更正",
    "voided": "已作废",
    "correction": "更正",
    "set_aside": "非本隐患主管或上级单位所报，未采用",
    "waiting": "等待隐患上报后采用",
}
"""What each mark means to a reader."""

_HIDDEN: Final = frozenset(
    {"hazard_id", "hazard_ids", "media", "lon", "lat", "coord_sys", "uscc", "responsible_person"}
)
_TIP_OFF_SHOWN: Final = frozenset({"category"})  # what a tip-off says may lead back to who gave it
_TERMS: Final[Mapping[str, type[Term]]] = {"found_by": FoundBy}


def tell(
    facts: Sequence[Fact],
    decisions: Iterable[DecisionRecord],
    notices: Iterable[NoticeRecord],
    *,
    hazard_id: str,
    reaches: Reaches,
) -> list[Entry]:
    """The whole story, earliest first; what became known later stands after what was known at the same instant."""
    entries = [
        *_facts(facts, hazard_id, reaches),
        *(_decision(record) for record in decisions),
        *_notices(notices),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.known_at, _KINDS.index(entry.kind), entry.reference))


_KINDS: Final = ("fact", "decision", "notice")


def _facts(facts: Sequence[Fact], hazard_id: str, reaches: Reaches) -> Iterable[Entry]:
    counted = {(heard.fact.source, heard.fact.id): heard for heard in in_order(facts)}
    opening = next((heard for heard in counted.values() if heard.subject == REPORTED), None)
    for fact in facts:
        yield _fact(fact, _mark(fact, counted.get((fact.source, fact.id)), opening, hazard_id, reaches))


def _mark(fact: Fact, heard: Heard | None, opening: Heard | None, hazard_id: str, reaches: Reaches) -> str:
    if fact.correction:
        return "correction"
    if heard is None or heard.said is None:
        return "voided"
    if opening is None:
        return "waiting"
    if heard.said.hazard_id not in {"", hazard_id} or bytes(heard.fact.data) != bytes(fact.data):
        return "corrected"
    return "" if reaches(opening.fact.tenant, fact.tenant) else "set_aside"


def _fact(fact: Fact, mark: str) -> Entry:
    row = EVENT_TYPES.get(fact.type)
    title, tone = _title(fact, row.chinese if row else fact.type)
    if fact.correction:
        title = f"作废：{title}" if bytes(fact.data).strip() in EMPTY else f"更正：{title}"
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
        lines=tuple(_lines(fact)),
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


def _lines(fact: Fact) -> Iterable[tuple[str, str]]:
    """Each field that the fact fills, under the name that contracts give it."""
    row = EVENT_TYPES.get(fact.type)
    data = msgspec.json.decode(fact.data)
    if row is None or not isinstance(data, dict):
        return
    shown = _TIP_OFF_SHOWN if fact.type.startswith("tip_off.") else None
    for name, field in getattr(row.model, "model_fields", {}).items():
        value = data.get(field.alias or name)
        if name in _HIDDEN or (shown is not None and name not in shown) or value in (None, "", [], {}):
            continue
        label = str(field.description).partition(":")[0]
        yield label, _value(name, value)


def _value(name: str, value: Any) -> str:
    match value:
        case True | False:
            return "是" if value else "否"
        case {"id": str(identity), "name": str(title), **rest}:
            return " · ".join(str(word) for word in (title, rest.get("address"), identity) if word)
        case {"id": identity, **_rest}:
            return str(identity)
        case list():
            return "、".join(_value(name, member) for member in value)
        case str() if name == "level":
            return str(_LEVELS.get(value, value))
        case str() if name in _TERMS:
            return str({str(term): term.chinese for term in _TERMS[name]}.get(value, value))
        case str() if "T" in value and _instant(value):
            return moment_text(_instant(value))
    return str(value)


_LEVELS: Final = {str(term): term.chinese for term in (*HazardLevel, *Level)}


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


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
    step = f"（{decision.step}）" if decision.step else ""
    lines = [
        ("状态", decision.status.chinese),
        ("理由", decision.reason),
        ("依据", "、".join(decision.clauses)),
        ("政策", f"{decision.policy.id} 第 {decision.policy.version} 版"),
        ("执行层级", decision.level.chinese),
    ]
    if decision.since:
        lines.insert(2, ("起算", moment_text(decision.since)))
    return Entry(
        kind="decision",
        at=decision.at,
        known_at=decision.known_at,
        title=f"{decision.rule.chinese} · {decision.measure.chinese}{step}",
        type=str(decision.rule),
        reference=decision.decision_id,
        tone=_DECISION_TONES.get(decision.status, "muted"),
        late=decision.late_recorded,
        tenant=decision.tenant,
        lines=tuple((label, text) for label, text in lines if text),
    )


_NOTICE_TONES: Final[Mapping[NoticeState, str]] = {
    NoticeState.DELIVERED: "good",
    NoticeState.FAILED: "bad",
    NoticeState.AMBIGUOUS: "warn",
    NoticeState.RETRYING: "warn",
}


def _notices(records: Iterable[NoticeRecord]) -> Iterable[Entry]:
    """One line per notice, at its first record, with what became of it."""
    stories: dict[str, list[NoticeRecord]] = {}
    for record in sorted(records, key=lambda record: (record.place, record.notice.at)):
        stories.setdefault(record.notice.notice_id, []).append(record)
    for story in stories.values():
        first, last = story[0].notice, story[-1].notice
        lines = [
            ("接收人", last.recipient),
            ("渠道", last.channel),
            ("经过", " → ".join(f"{record.notice.state.chinese} {moment_text(record.notice.at)}" for record in story)),
        ]
        if last.suppression:
            lines.append(("原因", last.suppression.chinese))
        if last.error:
            lines.append(("渠道回执", last.error))
        yield Entry(
            kind="notice",
            at=first.at,
            known_at=story[0].accepted_at or first.at,
            title=f"通知 · {last.state.chinese}",
            type=last.channel,
            reference=last.notice_id,
            tone=_NOTICE_TONES.get(last.state, "muted"),
            tenant=last.tenant,
            lines=tuple(lines),
        )
