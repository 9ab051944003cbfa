"""The words a policy pack is written with: given values, spans, ladders; shared by every rule's parameters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.escalation.core.calendar import Unit

Level = Literal["town", "county", "city", "province"]
Acts = Literal["own", "one_up", "committee", "town", "county", "city", "province"]
Addressee = Literal["responsible_unit", "supervising_unit", "committee_office", "area", "department", "leader"]
Source = Literal["notice", "proposed"]
Measure = Literal[
    "remind",
    "notice_letter",
    "supervision_letter",
    "joint_supervision",
    "listed_supervision",
    "admonition_talk",
    "suspension",
    "penalty",
    "referral",
    "accident_track",
    "problem_list",
    "instant_report",
    "warning_meeting",
    "meeting_report",
    "missing_report",
    "ranking",
    "alert",
]
Clause = Annotated[
    str, Field(pattern=r"^S[0-4]-[0-9]{2}$", description="A clause id of the requirements, such as S2-22.")
]

T = TypeVar("T")


class PackModel(BaseModel):
    """Every part of a pack is closed: an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(PackModel, Generic[T]):
    """A value and where it comes from: the notice, or our proposal leaning on a regulation."""

    value: T = Field(description="The value.")
    source: Source = Field("notice", description="`proposed` where the notice gives no value.")
    leans_on: str = Field("", description="The regulation a proposed value leans on, such as L2.")


def _bare(value: object) -> object:
    return value if isinstance(value, Given) or (isinstance(value, dict) and "value" in value) else {"value": value}


GivenInt = Annotated[Given[int], BeforeValidator(_bare, json_schema_input_type=int | Given[int])]
GivenWords = Annotated[
    Given[tuple[str, ...]], BeforeValidator(_bare, json_schema_input_type=tuple[str, ...] | Given[tuple[str, ...]])
]
GivenFlag = Annotated[Given[bool], BeforeValidator(_bare, json_schema_input_type=bool | Given[bool])]


class Span(PackModel):
    """A length of time in whole units; the unit has no default (requirements, trap T4)."""

    count: int = Field(ge=0, description="How many units.")
    unit: Unit = Field(description="calendar_day, working_day, month or year.")
    source: Source = Field("notice", description="`proposed` where the notice gives no value.")
    leans_on: str = Field("", description="The regulation a proposed value leans on, such as L6.")

    @property
    def words(self) -> str:
        """The span as one would read it out: 3个月."""
        return f"{self.count}{_UNIT_WORDS[self.unit]}"


_UNIT_WORDS: dict[Unit, str] = {"calendar_day": "日", "working_day": "个工作日", "month": "个月", "year": "年"}


class Rung(PackModel):
    """One rung of a ladder: on which day who is to do what."""

    step: str = Field(description="The rung's name: `first`, `T+7`, `T-3`.")
    day: int = Field(description="Days after the deadline day (T+1 is the overdue instant); before it for reminders.")
    measure: Measure = Field(description="What is to be done.")
    acts: Acts = Field(
        "own", description="Which level acts: the subject's own, one up, the committee's, or a named one."
    )
    to: Addressee = Field("responsible_unit", description="Whom it addresses.")
    source: Source = Field("proposed", description="`notice` where the notice names this rung.")


def days_rise(ladder: Sequence[Rung]) -> bool:
    """Whether each rung falls on a later day than the one before it."""
    return all(one.day < following.day for one, following in pairwise(ladder))


class RuleParameters(PackModel):
    """What every rule of a pack has: the clauses it stands on."""

    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses of the notice that this rule holds.")

    @property
    def unit_lists(self) -> tuple[str, ...]:
        """The unit lists of the pack that these parameters name."""
        return ()


class UnitEntry(PackModel):
    """One unit that owes something or leads a sector."""

    id: str = Field(description="The unit as events name it: a division code, a department's or a team's name.")
    name: str = Field("", description="Its full name, where the id is a code.")
    tenant: str = Field(
        "", description="Its division code; empty: the id itself if it is a code, else the pack's root."
    )
    area: str = Field("", description="For a team: the division code of the area that it visits.")
    also: tuple[str, ...] = Field((), description="Other spellings that events may use.")
