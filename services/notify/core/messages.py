"""Put a decision into Chinese words: one message that every channel lays out in its own way."""

import html
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from contracts.decisions import Decision
from contracts.vocabulary import HazardLevel, Level, Measure, Status, SubjectKind, Term
from services.notify.core.notice import Notice
from services.notify.core.places import Places
from services.notify.core.suppression import SHANGHAI

TITLE_LENGTH: Final = 100  # characters: longer subjects are cut by mail programs and phones anyway
TEXT_LENGTH: Final = 2000  # characters of one line: a description may hold a whole report

_HEADINGS: Final[Mapping[Status, str]] = {
    Status.PROPOSED: "待审定·{measure}",
    Status.CONFIRMED: "{measure}（已确认）",
    Status.QUESTIONED: "存疑·{measure}，请复核",
    Status.REJECTED: "未采纳·{measure}",
    Status.CLEARED: "解除·{measure}",
    Status.RETRACTED: "撤回·{measure}",
}
_EXPLAINED: Final[Mapping[Status, str]] = {
    Status.PROPOSED: "本措施须由有权人员确认后生效，系统只提出建议。",
    Status.QUESTIONED: "依据的事实已有变化，按现有情况不会提出；此前已由有权人员确认，请决定维持或者撤销。",
    Status.REJECTED: "此前告知的建议未被采纳。",
    Status.CLEARED: "此前告知的事由已经消除。",
    Status.RETRACTED: "按现在掌握的情况，此前的告知不应发出，特此撤回。",
}
LATE_NOTE: Final = "所依据的情况补报较晚，本通知因此迟到。"
REPEATED_NOTE: Final = "此前一次发送结果不明，本次为补发；如已收到，请忽略。"


@dataclass(frozen=True, slots=True)
class Item:
    """One decision of a digest in a line, and the notice by which it is told."""

    notice_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message on channels that carry files."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notice in words, or a digest of several. `lines` are pairs of label and text; `document` is for machines.

    `heading` says what is done, `subject` about what, in a few words. `items` are the decisions of a digest, the worst
    first; `lines` say the same. `repeats`: an earlier attempt may have arrived. `follows`: the notice it answers.
    """

    notice_id: str
    heading: str
    subject: str
    title: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sent_at: datetime
    document: Mapping[str, Any]
    repeats: bool = False
    follows: str | None = None
    items: tuple[Item, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def count(self) -> int:
        """How many decisions it tells."""
        return max(1, len(self.items))

    @property
    def text(self) -> str:
        """Plain text, one line for each fact."""
        facts = "\n".join(f"{label}：{text}" for label, text in self.lines)
        notes = "".join(f"\n\n{note}" for note in self.notes)
        return f"{self.title}\n\n{facts}{notes}\n"

    @property
    def html(self) -> str:
        """The same as a page without scripts, pictures or links; everything from outside is escaped."""
        rows = "".join(
            f'<tr><th style="text-align:left;vertical-align:top;white-space:nowrap;padding:2px 1em 2px 0">'
            f"{html.escape(label)}</th><td>{html.escape(text)}</td></tr>"
            for label, text in self.lines
        )
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return (
            f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(self.title)}</title>'
            f"</head><body><h3>{html.escape(self.title)}</h3><table>{rows}</table>{notes}</body></html>"
        )


def compose(
    notice: Notice, decision: Decision, *, places: Places, folded: tuple[Decision, ...] = (), now: datetime
) -> Message:
    """The message of a notice; `folded` are the lower rungs it tells along with its own."""
    marks = ("【补发】" if notice.doubtful else "") + ("【迟到】" if notice.late else "")
    subject = plain(subject_of(decision), TITLE_LENGTH)
    rule = decision.rule.chinese
    said = "" if rule in heading(decision) else f"{rule}："  # 联合督办 need not be said twice
    title = plain(f"{marks}【{heading(decision)}】{said}{subject}", TITLE_LENGTH)
    lines = [(label, plain(text, TEXT_LENGTH)) for label, text in _lines(decision, places, folded) if text]
    lines.append(("通知编号", notice.id))
    notes = (
        _EXPLAINED.get(decision.status, ""),
        LATE_NOTE if notice.late else "",
        REPEATED_NOTE if notice.doubtful else "",
    )
    return Message(
        notice_id=notice.id,
        heading=heading(decision),
        subject=subject,
        title=title,
        lines=tuple(lines),
        notes=tuple(note for note in notes if note),
        sent_at=now,
        document=_document(notice, decision, title, folded),
        repeats=notice.doubtful,
        follows=notice.follows,
    )


def heading(decision: Decision) -> str:
    """What is done or taken back, in a few words."""
    return _HEADINGS.get(decision.status, "{measure}").format(measure=chinese(Measure, decision.measure))


def plain(text: str, length: int) -> str:
    """One line without control, direction-changing or unpaired characters, cut at `length` with an ellipsis."""
    visible = "".join(" " if _breaks(char) else char for char in text if not _hides(char))
    line = " ".join(visible.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def in_shanghai(moment: datetime) -> str:
    """An instant as an official reads it."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def chinese(terms: type[Term], word: str) -> str:
    """The Chinese name of a word of the vocabulary, the word itself where it is not in it."""
    try:
        return terms(word).chinese
    except ValueError:
        return word


def subject_of(decision: Decision) -> str:
    """What it is about, in the words of the one who reported it."""
    context = decision.context
    what = str(context.get("description") or context.get("title") or "")
    where = str(context.get("site_name") or context.get("area_name") or "")
    if what and where:
        return f"{what}（{where}）"
    return what or where or f"{chinese(SubjectKind, decision.subject.kind)} {decision.subject.id}"


def _breaks(char: str) -> bool:
    return char in "\t\n\v\f\r\x85\u2028\u2029"


def _hides(char: str) -> bool:
    # Private and unassigned characters stay: rare names are written with them.
    return not _breaks(char) and unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def _lines(decision: Decision, places: Places, folded: tuple[Decision, ...]) -> Iterator[tuple[str, str]]:
    said = {key: str(value) for key, value in decision.context.items()}
    yield "事由", decision.reason
    yield chinese(SubjectKind, decision.subject.kind), said.get("description", "")
    yield "编号", decision.subject.id
    yield "场所", said.get("site_name", "")
    yield "属地", f"{said.get('area_name') or places.name_of(decision.tenant)}（{decision.tenant}）"
    yield "行业", said.get("sector", "")
    yield "隐患等级", chinese(HazardLevel, said.get("hazard_level", ""))
    yield "整改期限", deadline_words(said.get("rectify_by") or said.get("due", ""))
    yield "逾期起算", in_shanghai(decision.since) if decision.since else ""
    yield "责任单位", said.get("responsible_unit", "") or said.get("unit_name", "")
    yield "监管单位", said.get("supervising_unit", "")
    yield "应办", _acting(decision, places)
    yield "一并告知", "；".join(other.reason for other in folded)
    policy = f"（{decision.policy.id} {decision.policy.version}）"
    yield "依据", "、".join(decision.clauses) + policy if decision.clauses else ""
    yield "处置手册", said.get("runbook", "")
    yield "时点", in_shanghai(decision.at)
    yield "决定编号", decision.decision_id


def _acting(decision: Decision, places: Places) -> str:
    level = chinese(Level, decision.level)
    return f"{level} {places.name_of(decision.acts_for)}" if decision.acts_for else level


def deadline_words(word: str) -> str:
    """A date runs to its end, and midnight is the end of the day before; anything unreadable as it came."""
    try:
        if len(word) == len("2023-05-20"):
            return _end_of(date.fromisoformat(word))
        moment = datetime.fromisoformat(word)
    except ValueError:
        return word
    if moment.tzinfo is None:
        return word
    local = moment.astimezone(SHANGHAI)
    return _end_of(local.date() - timedelta(days=1)) if local.time() == time() else in_shanghai(moment)


def _end_of(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日24:00"


def _document(notice: Notice, decision: Decision, title: str, folded: tuple[Decision, ...]) -> dict[str, Any]:
    """What a machine gets: stable names, instants in RFC 3339, nothing about who else was told."""
    return {
        "notice_id": notice.id,
        "decision_id": decision.decision_id,
        "status": decision.status.value,
        "title": title,
        "reason": decision.reason,
        "tenant": decision.tenant,
        "level": decision.level.value,
        "rule": decision.rule.value,
        "step": decision.step,
        "measure": decision.measure.value,
        "subject": {"kind": decision.subject.kind.value, "id": decision.subject.id},
        "clauses": list(decision.clauses),
        "policy": {"id": decision.policy.id, "version": decision.policy.version},
        "at": decision.at.isoformat(),
        "known_at": decision.known_at.isoformat(),
        "since": decision.since.isoformat() if decision.since else None,
        "late": notice.late,
        "repeats": notice.doubtful,
        "follows": notice.follows,
        "folded": [other.decision_id for other in folded],
        "context": dict(decision.context),
    }
