"""Say moments, deadlines and states in the words of the console, always in Asia/Shanghai."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from contracts.decisions import NO_REPLY
from contracts.vocabulary import Measure, RuleId
from services.reporting.core.days import SHANGHAI, Deadline, local_day
from services.reporting.core.rows import HazardRow

WEEKDAYS: Final = "一二三四五六日"
STEPS: Final = {"first": "首次"}
"""Rungs with a name of their own; the others (T+7) are read as they stand."""

NONE: Final = "—"
"""What a page shows where there is nothing: never a zero."""

SOON: Final = timedelta(days=3)
"""A deadline nearer than this is shown as near; a matter of display only."""


class Said(NamedTuple):
    """Words with their tone: `bad`, `warn`, `good`, `muted` or plain."""

    text: str
    tone: str = ""


def moment_text(moment: datetime | None) -> str:
    """`2023-05-20 17:00`."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else NONE


def second_text(moment: datetime | None) -> str:
    """`2023-05-20 17:00:05`, for the moment up to which numbers count."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if moment else NONE


def day_text(moment: datetime | None) -> str:
    """`2023-05-20`."""
    return local_day(moment).isoformat() if moment else NONE


def long_day_text(moment: datetime) -> str:
    """`2023年5月20日 星期六`."""
    day = local_day(moment)
    return f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"


def deadline_text(deadline: Deadline | None) -> str:
    """The date that was given, or the instant; a deadline that nobody set is said so."""
    if deadline is None:
        return "未定期限"
    return deadline.last_day.isoformat() if deadline.whole_day else moment_text(deadline.due_at)


def lateness_text(since: datetime, moment: datetime) -> str:
    """How long something that is late since `since` has been late at `moment`: `逾期 12 天`."""
    days = days_late(since, moment)
    return f"逾期 {days} 天" if days else "逾期不足 1 天"


def step_text(step: str) -> str:
    """The rung of a ladder as a reader sees it, in brackets; nothing where there is none."""
    parts = [STEPS.get(part, part) for part in step.split(".") if part != NO_REPLY]
    words = "，".join([*parts, "发函逾期未复"] if NO_REPLY in step.split(".") else parts)
    return f"（{words}）" if words else ""


def measure_text(rule: RuleId, measure: Measure, step: str) -> str:
    """What a decision asks for, `督办函（T+7）`; nothing where its rule says it all."""
    words = "" if rule.chinese == measure.chinese else measure.chinese
    return words + step_text(step)


def decision_text(rule: RuleId, measure: Measure, step: str) -> str:
    """`逾期未整改 · 督办函（T+7）`."""
    return " · ".join(part for part in (rule.chinese, measure_text(rule, measure, step)) if part)


def recipient_text(handle: str, roles: Mapping[str, str], unit_name: Callable[[str], str]) -> str:
    """Whom a notice was for: `office@331081003/2` is the second seat of a town's office; no name stands behind it."""
    role, at, rest = handle.partition("@")
    if not at:
        return handle or NONE
    unit, _, seat = rest.partition("/")
    return f"{unit_name(unit)} · {roles.get(role, role)}" + (f"（{seat}）" if seat else "")


def remaining(row: HazardRow, moment: datetime) -> Said:
    """How a hazard stands to its deadline at `moment`, without ever contradicting what was decided."""
    if not row.is_open:
        return _frozen(row)
    if row.overdue and row.overdue_since is not None:
        return Said(lateness_text(row.overdue_since, moment), "bad")
    if row.suspended_at is not None:
        return Said("挂账，暂停计时", "muted")
    if not row.standing_state.awaits_work:
        return Said("已整改，停止计时", "muted")
    deadline = row.deadline
    if deadline is None:
        return Said("未定期限", "muted")
    if deadline.is_over(moment):
        return Said("期限已过，未认定逾期", "warn")
    days = deadline.days_left(moment)
    words = f"剩 {days} 天" if days else "今日到期"
    return Said(words, "warn" if deadline.due_at - moment <= SOON else "")


def _frozen(row: HazardRow) -> Said:
    if row.in_time is None or row.days_left is None:
        return Said(NONE, "muted")
    if row.in_time:
        return Said(f"按期整改，提前 {row.days_left} 天" if row.days_left else "按期整改", "good")
    return Said(f"逾期 {-row.days_left} 天整改" if row.days_left else "逾期不足 1 天整改", "warn")


def days_late(since: datetime, moment: datetime) -> int:
    """Days after the deadline day: the overdue instant of a date is the first late day."""
    return max((local_day(moment) - local_day(since - timedelta(microseconds=1))).days, 0)
