"""Tell several decisions of one cause in one message, the worst first, so that forty at once are not ignored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import HazardLevel, Level, Measure
from services.notify.core.messages import (
    LATE_NOTE,
    REPEATED_NOTE,
    TITLE_LENGTH,
    Item,
    Message,
    compose,
    heading,
    plain,
    subject_of,
)
from services.notify.core.notice import ID_LENGTH, URGENT, Notice
from services.notify.core.places import Places
from services.notify.core.suppression import SHANGHAI

ITEM_LENGTH: Final = 96  # characters of one decision's line: forty of them fit into what a robot takes

_GRAVITY: Final = (
    Measure.LISTED_SUPERVISION,
    Measure.SUSPENSION,
    Measure.ADMONITION_TALK,
    Measure.PENALTY,
    Measure.REFERRAL,
    Measure.JOINT_SUPERVISION,
    Measure.SUPERVISION_LETTER,
    Measure.NOTICE_LETTER,
)
_LEVELS: Final = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One notice about to leave to an address, and what it says."""

    notice: Notice
    decision: Decision
    folded: tuple[Decision, ...]
    address: str


def joins(notice: Notice) -> bool:
    """Whether a notice may share a message with others; one that carries an official letter leaves alone."""
    return not notice.letter_id


def grouped(tellings: Iterable[Telling], most: int) -> Iterator[tuple[Telling, ...]]:
    """One group for each message: same address, rule, status and urgency, the worst first, at most `most` in each.

    What may have arrived before is kept apart from what surely did not, so that a message says 补发 of all or nothing.
    """
    groups: dict[tuple[object, ...], list[Telling]] = defaultdict(list)
    for telling in tellings:
        notice = telling.notice
        alone = notice.id if most == 1 or not joins(notice) else ""
        key = (telling.address, notice.rule, notice.status, notice.priority == URGENT, notice.doubtful, alone)
        groups[key].append(telling)
    for group in groups.values():
        ranked = sorted(group, key=lambda telling: severity(telling.decision))
        for begin in range(0, len(ranked), most):
            yield tuple(ranked[begin : begin + most])


def severity(decision: Decision) -> tuple[object, ...]:
    """What is told first: a major hazard, the harder measure, the higher level, what is late for longest; then the id."""
    major = decision.context.get("hazard_level") == HazardLevel.MAJOR
    measure = _GRAVITY.index(decision.measure) if decision.measure in _GRAVITY else len(_GRAVITY)
    return (not major, measure, -_LEVELS.index(decision.level), decision.since or decision.at, decision.decision_id)


def message_of(group: Sequence[Telling], *, places: Places, now: datetime) -> Message:
    """The one message of a group: of a single notice as it is, of several a digest."""
    if len(group) == 1:
        (only,) = group
        return compose(only.notice, only.decision, places=places, folded=only.folded, now=now)
    first = group[0].decision
    majors = sum(telling.decision.context.get("hazard_level") == HazardLevel.MAJOR for telling in group)
    marks = "【补发】" if group[0].notice.doubtful else ""
    counted = f"{len(group)} 件" + (f"（重大 {majors} 件）" if majors else "")
    measures = list(dict.fromkeys(heading(telling.decision) for telling in group))
    subject = f"{first.rule.chinese} {counted}"
    items = tuple(Item(telling.notice.id, plain(_line(telling, places, now), ITEM_LENGTH)) for telling in group)
    late = any(telling.notice.late for telling in group)
    return Message(
        notice_id=digest_id(group),
        heading=measures[0],
        subject=plain(subject, TITLE_LENGTH),
        title=plain(f"{marks}【{'、'.join(measures)}】{subject}", TITLE_LENGTH),
        lines=tuple((str(number), item.text) for number, item in enumerate(items, 1)),
        notes=tuple(note for note in (LATE_NOTE if late else "", REPEATED_NOTE if marks else "") if note),
        sent_at=now,
        document={"digest": [telling.notice.id for telling in group]},
        repeats=bool(marks),
        items=items,
    )


def digest_id(group: Sequence[Telling]) -> str:
    """The identity of a digest: the notices in it, each with its attempt."""
    members = "\x1f".join(sorted(f"{telling.notice.id}:{telling.notice.attempt}" for telling in group))
    return sha256(members.encode()).hexdigest()[:ID_LENGTH]


def _line(telling: Telling, places: Places, now: datetime) -> str:
    """One decision as an official runs over it: how grave, what, where, how late, its number."""
    decision = telling.decision
    marks = "【迟到】" if telling.notice.late else ""
    if decision.context.get("hazard_level") == HazardLevel.MAJOR:
        marks += "【重大】"
    area = str(decision.context.get("area_name") or places.short_name_of(decision.tenant))
    days = _days_late(decision, now)
    # The subject is cut first: what tells one from another has to stay.
    tail = f"，{area}" + (f"，逾期 {days} 天" if days else "") + f"，{decision.subject.id}"
    return marks + plain(subject_of(decision), max(ITEM_LENGTH - len(marks) - len(tail), 16)) + tail


def _days_late(decision: Decision, now: datetime) -> int:
    """Days begun since it became late, as a calendar in Shanghai counts them; 0 where nothing is late."""
    if decision.since is None or now < decision.since:
        return 0
    return (now.astimezone(SHANGHAI).date() - decision.since.astimezone(SHANGHAI).date()).days + 1
