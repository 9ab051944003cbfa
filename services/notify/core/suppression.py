"""Say why a decision is told to nobody: by how its fact came and by what people have switched, never by its age."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.decisions import Decision
from contracts.vocabulary import Suppression
from services.notify.core.matching import Match, conditions_met
from services.notify.core.rules import PlatformRule

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRule:
    """What is set for one tenant and all below it; None asks the tenant above.

    `go_live`: the date from 00:00 of which (Asia/Shanghai) decisions are told. `shadow`: everything is computed,
    nothing is sent.
    """

    go_live: date | None = None
    shadow: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A person's wish not to hear of something until `ends_at`; it mutes notices and never stops a clock."""

    id: UUID
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    match: Match
    recipient: str = ""

    def active_at(self, now: datetime) -> bool:
        """Whether it acts now."""
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What people have switched: tenants' settings, silences and the master switch (`stopped`)."""

    tenants: Mapping[str, TenantRule]
    silences: tuple[Silence, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One notice about to be told: is there a reason not to? `follows`: its recipient was told the beginning."""

    decision: Decision
    lineage: tuple[str, ...]
    recipient: str
    follows: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One reason for silence; `spares_followers`: who was told the beginning is told the end all the same."""

    reason: Suppression
    applies: Callable[[Question, Switches], str | None]
    spares_followers: bool


def _is_historic(question: Question, _switches: Switches) -> str | None:
    return "历史数据导入" if question.decision.historic else None


def _before_go_live(question: Question, switches: Switches) -> str | None:
    for code in question.lineage:
        rule = switches.tenants.get(code)
        if rule is not None and rule.go_live is not None:
            opens = datetime.combine(rule.go_live, time(), tzinfo=SHANGHAI)
            return f"{code} 自 {rule.go_live} 起启用" if question.decision.at < opens else None
    return None


def _in_shadow(question: Question, switches: Switches) -> str | None:
    for code in question.lineage:
        rule = switches.tenants.get(code)
        if rule is not None and rule.shadow is not None:
            return f"{code} 影子运行" if rule.shadow else None
    return None


def _is_stopped(_question: Question, switches: Switches) -> str | None:
    return "总开关已关闭" if switches.stopped else None


def _is_silenced(question: Question, switches: Switches) -> str | None:
    if str(question.decision.rule) == PlatformRule.SILENCE_REMINDER.value:
        return None  # a silence does not hide that it acts
    for silence in switches.silences:
        if not silence.active_at(question.now) or silence.recipient not in {"", question.recipient}:
            continue
        if conditions_met(silence.match, question.decision, question.lineage) is not None:
            return f"静默 {silence.id}"
    return None


CHECKS: Final = (
    Check(Suppression.HISTORIC, _is_historic, spares_followers=True),
    Check(Suppression.BEFORE_GO_LIVE, _before_go_live, spares_followers=True),
    Check(Suppression.SHADOW, _in_shadow, spares_followers=False),
    Check(Suppression.MASTER_SWITCH, _is_stopped, spares_followers=False),
    Check(Suppression.SILENCED, _is_silenced, spares_followers=True),
)
"""Every reason for silence, the one that is named first where several apply."""


def why_untold(question: Question, switches: Switches) -> tuple[Suppression, str] | None:
    """The first reason not to tell, with its detail; None where it is told."""
    for check in CHECKS:
        if question.follows and check.spares_followers:
            continue
        detail = check.applies(question, switches)
        if detail is not None:
            return check.reason, detail
    return None
