"""Remind of a silence once a week while it acts: what nobody is told of must not be forgotten."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from contracts.decisions import Subject
from contracts.vocabulary import Level, Measure, Status, SubjectKind
from services.notify.core.alarms import PLATFORM, Alarm
from services.notify.core.matching import words_of
from services.notify.core.notice import ID_LENGTH
from services.notify.core.rules import PlatformRule
from services.notify.core.suppression import Silence

WEEK: Final = timedelta(weeks=1)


def weeks_of(silence: Silence, now: datetime) -> int:
    """How many whole weeks it has been acting; 0 in its first week, before it begins and once it has ended."""
    return (now - silence.starts_at) // WEEK if silence.active_at(now) else 0


def reminder(silence: Silence, weeks: int, *, tenant: str, level: Level) -> Alarm:
    """The reminder of one week, in the form of a decision: asked for again it is the same one."""
    at = silence.starts_at + weeks * WEEK
    what = words_of(silence.match) or "全部"
    whom = f"，接收人 {silence.recipient}" if silence.recipient else ""
    return Alarm(
        decision_id=sha256(f"silence\x1f{silence.id}\x1f{weeks}".encode()).hexdigest()[:ID_LENGTH],
        at=at,
        known_at=at,
        tenant=tenant,
        level=level,
        rule=PlatformRule.SILENCE_REMINDER,
        step=str(weeks),
        measure=Measure.REMIND,
        status=Status.RAISED,
        subject=Subject(kind=SubjectKind.UNIT, id=str(silence.id)),
        clauses=(),
        policy=PLATFORM,
        reason=f"静默（{what}{whom}）已生效 {weeks} 周，理由：{silence.reason}，设置人：{silence.author}；请核对是否仍有必要。",
        facts=(),
        late_recorded=False,
        occurrence=str(weeks),
        committee=tenant,
        context={"title": f"静默已生效 {weeks} 周：{what}{whom}"},
    )
