"""Say in a sentence which date of a case was counted anew, and why."""

from datetime import datetime
from typing import Protocol

from contracts.vocabulary import RuleId
from services.escalation.core import calendar_changes
from services.escalation.core.wording import deadline_words, moment_words

KINDS = {"hazard": "隐患", "listing": "挂牌", "site": "单位（场所）", "accident": "事故", "committee": "安委会"}


class Line(Protocol):
    """A line of the journal."""

    @property
    def kind(self) -> str:
        """What sort of case it is."""

    @property
    def case_id(self) -> str:
        """The case's id."""

    @property
    def rule(self) -> str:
        """Whose date it is."""

    @property
    def known_at(self) -> datetime:
        """When the change became known."""

    @property
    def before_at(self) -> datetime | None:
        """The date before."""

    @property
    def after_at(self) -> datetime | None:
        """The date after."""

    @property
    def after_firm(self) -> bool:
        """Whether no notice to come can move it."""

    @property
    def reason(self) -> str:
        """By which notice, or why, the days were set."""


def sentence(line: Line) -> str:
    """The line as an official would read it out: whose date it is, before and after, and by which notice it moved."""
    name = f"{KINDS.get(line.kind, '事项')}{line.case_id}"
    rule = RuleId(line.rule).chinese
    was, is_ = (deadline_words(at) if at else "无" for at in (line.before_at, line.after_at))
    moved = f"仍为{is_}" if line.before_at == line.after_at else f"由{was}改为{is_}"
    firm = "，已确定" if line.after_firm else "，暂定"
    return f"{name}：“{rule}”的期限{moved}{firm}（{moment_words(line.known_at)}日历调整：{line.reason}）。"


def why(change: bytes) -> str:
    """By which notice, or why, the days were set; `change` is the fact's data."""
    said = calendar_changes.read(change)
    return said.document_no or said.reason or said.by
