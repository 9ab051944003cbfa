"""What a form may ask: rows and events as of its moment. The shell answers from tables, a test from a list of facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from contracts.divisions import Divisions
from contracts.facts import Fact
from services.reporting.core.charter import Charter
from services.reporting.core.league.formula import Formula
from services.reporting.core.lines import Line
from services.reporting.core.rows import Brief, HazardKey, HazardRow
from services.reporting.core.selection import Selection


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Which form for whom: `day` is the day of a daily form and the last day of every other, `since` the first.

    `team` narrows a daily form to one team; `baseline` is the earlier moment of a comparison; `stage` names one.
    """

    kind: str
    tenant: str
    day: date
    as_of: datetime
    since: date | None = None
    team: str = ""
    stage: str = ""
    baseline: datetime | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, with its data as corrected; `ref` is its source and id."""

    subject: str
    ref: str
    committee: str
    namespace: str
    tenant: str
    time: datetime
    known_at: datetime
    data: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A field as text, empty where it is not there."""
        value = self.data.get(name)
        return "" if value is None else str(value)


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of a report or of what followed: when it was known, and what it says otherwise (voided: nothing)."""

    hazard_id: str
    known_at: datetime
    voided: bool
    title: str
    changes: tuple[Line, ...]


class Archive(Protocol):
    """What is known as of the form's moment; `family` are the charter and all that stand under the same root."""

    charter: Charter | None
    family: Sequence[Charter]
    divisions: Divisions
    formulas: Sequence[Formula]

    def rows(self, selection: Selection, *, baseline: datetime | None = None) -> Iterator[HazardRow]:
        """The hazards of a selection, earliest report first, as of the form's moment or an earlier one."""

    def briefs(self, selection: Selection) -> Iterator[Brief]:
        """The hazards of a selection as of the form's moment, in no order, as short as counting needs them."""

    def rows_by(self, keys: Iterable[HazardKey], happened: datetime) -> Mapping[HazardKey, HazardRow]:
        """These hazards by what had happened until a moment, with all that is known of it now."""

    def events(self, subjects: Sequence[str], since: datetime | None, until: datetime | None) -> list[Event]:
        """What happened in [since, until) within the form's tenant, as corrected, earliest first."""

    def corrections(self, since: datetime, until: datetime) -> list[Correction]:
        """What was said otherwise about hazards that were reported in [since, until) within the form's tenant."""

    def stories(self, keys: Iterable[HazardKey]) -> Mapping[HazardKey, list[Fact]]:
        """The facts about these hazards that are known as of the form's moment."""

    def missed_since(self, subjects: Sequence[str]) -> Mapping[str, datetime]:
        """Since when each of these obligations (`<obligation>/<unit>/<period>`) is decided to be missing."""
