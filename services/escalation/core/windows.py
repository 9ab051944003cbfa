"""Say when a campaign or a key period runs, also where its days are milestones that are dated later."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.terms import Clause, PackModel, Source

Festival = Literal["元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节"]
"""Holidays by the names that the table of working days gives them."""
Inside = Literal["inside", "perhaps", "outside"]
"""`perhaps`: the window has begun and its last day is not known yet."""


class Campaign(PackModel):
    """A campaign: explicit dates rule, a label such as 20天 does not (trap T2)."""

    id: str = Field(description="The campaign's id, as in events.")
    name: str = Field(description="Its Chinese name.")
    begins: date = Field(description="First day.")
    ends: date = Field(description="Last day.")
    label_days: int | None = Field(None, description="The days its label claims, where it has one.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    parent: str = Field("", description="The campaign of a higher level that it belongs to.")

    def holds(self, day: date) -> Inside:
        """Whether `day` lies in the campaign, both its first and its last day included."""
        return "inside" if self.begins <= day <= self.ends else "outside"


class KeyPeriod(PackModel):
    """A key period: its days are known, or dated later by milestones (S1-24, S2-04, S4-10)."""

    id: str = Field(description="The key period's id.")
    name: str = Field(description="Its Chinese name.")
    first: date | None = Field(None, description="First day, where it is known.")
    last: date | None = Field(None, description="Last day, where it is known.")
    begins_with: str = Field("", description="The milestone whose day is its first.")
    ends_with: str = Field("", description="The milestone whose day is its last.")
    festivals: tuple[Festival, ...] = Field(
        (),
        description="Instead of days: every free day of these holidays, as the State Council's notice of the year has it.",
    )
    clauses: tuple[Clause, ...] = Field((), description="The clauses.")
    source: Source = Field("notice", description="`proposed` where the notice does not name it.")

    @model_validator(mode="after")
    def _is_bounded(self) -> "KeyPeriod":
        days = (self.first, self.begins_with, self.last, self.ends_with)
        if self.festivals and any(days):
            message = f"key period {self.id}: say festivals, or its first and last day, not both"
            raise ValueError(message)
        if not self.festivals and (not any(days[:2]) or not any(days[2:])):
            message = f"key period {self.id}: say first or begins_with, and last or ends_with, or festivals"
            raise ValueError(message)
        return self

    def holds(self, day: date, milestones: Mapping[str, date], calendar: WorkCalendar) -> Inside:
        """Whether `day` lies in the period; one that begins with a milestone has not begun until that is dated."""
        if self.festivals:
            return "inside" if calendar.festivals.get(day) in self.festivals else "outside"
        first = self.first or milestones.get(self.begins_with)
        last = self.last or milestones.get(self.ends_with)
        if first is None or day < first or (last is not None and day > last):
            return "outside"
        return "perhaps" if last is None else "inside"
