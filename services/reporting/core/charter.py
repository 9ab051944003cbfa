"""Read from a policy pack what forms need of it: its campaign, teams, units, duties, targets, stages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from contracts.divisions import Divisions
from services.reporting.core.days import SHANGHAI, Deadline, of_day


class Unit(msgspec.Struct, frozen=True):
    """A unit, or a team with its area; `also` are other names that mean it."""

    id: str
    name: str = ""
    also: tuple[str, ...] = ()
    area: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.id

    def is_called(self, word: str) -> bool:
        """Whether `word` means this unit."""
        return word in {self.id, self.name, *self.also}


class Window(msgspec.Struct, frozen=True):
    """A campaign, a stage or a key period: its days, an end that waits for a milestone being None."""

    id: str
    name: str = ""
    begins: date | None = None
    ends: date | None = None
    ends_with: str = ""
    begins_with: str = ""


class Term(msgspec.Struct, frozen=True):
    """One time that something is owed for: its period, and its last day, which may lie behind a milestone.

    `after` days follow the end of the stage `name`, on `ends` or with the milestone `ends_with`. On the last day it ends
    at `cut_off`, else at 24:00.
    """

    period: str
    ends: date | None
    ends_with: str = ""
    after: int = 0
    name: str = ""
    cut_off: time | None = None

    def opens(self, milestones: Mapping[str, str]) -> date:
        """From when it is owed: the end of its stage, for a day of its own the very beginning."""
        return (self._end(milestones) or date.max) if self.name else date.min

    def due(self, milestones: Mapping[str, str]) -> Deadline | None:
        """By when it has to come, None while its milestone has no date."""
        end = self._end(milestones)
        if end is None:
            return None
        last = end + timedelta(days=self.after)
        if self.cut_off is None:
            return of_day(last)
        return Deadline(datetime.combine(last, self.cut_off, SHANGHAI), whole_day=False)

    def _end(self, milestones: Mapping[str, str]) -> date | None:
        dated = milestones.get(self.ends_with) if self.ends is None and self.ends_with else None
        return date.fromisoformat(dated[:10]) if dated else self.ends


class Duty(msgspec.Struct, frozen=True):
    """An obligation that forms show: who owes it, and when, where it falls due on certain days or after stages."""

    id: str
    title: str
    rule: str
    units: tuple[Unit, ...]
    clauses: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


class Target(msgspec.Struct, frozen=True):
    """A yearly target."""

    id: str
    title: str
    goal: float
    unit_of_count: str = ""
    due: str = ""
    clauses: tuple[str, ...] = ()


class Charter(msgspec.Struct, frozen=True, kw_only=True):
    """What one pack says that forms need; `visits` are the ways of finding that count as a team's own.

    `field_days` is how many days each team has to be in the field during the campaign; 0 where the pack asks for none.
    """

    id: str
    version: str
    title: str
    root: str
    tenants: tuple[str, ...]
    campaign: Window | None = None
    stages: tuple[Window, ...] = ()
    lists: Mapping[str, tuple[Unit, ...]] = {}
    duties: tuple[Duty, ...] = ()
    targets: tuple[Target, ...] = ()
    sectors: tuple[str, ...] = ()
    sector_names: Mapping[str, str] = {}
    sector_leads: Mapping[str, tuple[str, ...]] = {}
    key_sectors: tuple[str, ...] = ()
    visits: tuple[str, ...] = ("undercover",)
    field_days: int = 0

    @property
    def teams(self) -> tuple[Unit, ...]:
        """The inspection teams."""
        return self.lists.get("teams", ())

    def team(self, word: str) -> Unit | None:
        """The team that `word` means."""
        return next((team for team in self.teams if team.is_called(word)), None)

    def duty(self, rule_or_id: str) -> Duty | None:
        """The obligation of this id, else the first under this rule."""
        found = [duty for duty in self.duties if rule_or_id in {duty.id, duty.rule}]
        return next((duty for duty in found if duty.id == rule_or_id), found[0] if found else None)

    def sector_of(self, word: str) -> str:
        """The pack's own word for a sector, the word itself where it has none."""
        return self.sector_names.get(word, word)


def read_charter(raw: Mapping[str, Any]) -> Charter:
    """What a pack's file says; a pack has been checked by `bihuan policy check` before."""
    lists = {str(name): tuple(_unit(unit) for unit in units) for name, units in (raw.get("units") or {}).items()}
    sectors = raw.get("sectors") or ()
    rules = raw.get("rules") or {}
    campaign = raw.get("campaign")
    return Charter(
        id=str(raw["id"]),
        version=str(raw.get("version", "")),
        title=str(raw.get("title", "")),
        root=str(raw["root"]),
        tenants=tuple(map(str, raw.get("tenants") or ())),
        campaign=_window(campaign) if campaign else None,
        stages=tuple(_window(stage) for stage in raw.get("stages") or ()),
        lists=lists,
        duties=tuple(_duty(name, duty, lists) for name, duty in (raw.get("obligations") or {}).items()),
        targets=tuple(_target(target) for target in raw.get("targets") or ()),
        sectors=tuple(str(sector["name"]) for sector in sectors),
        sector_names={
            str(word): str(sector["name"])
            for sector in sectors
            for word in (sector["name"], *(sector.get("also") or ()))
        },
        sector_leads={str(sector["name"]): tuple(map(str, sector.get("leads") or ())) for sector in sectors},
        key_sectors=tuple(str(sector["name"]) for sector in sectors if "key" in (sector.get("tags") or ())),
        visits=tuple((rules.get("same_day_handover") or {}).get("found_by") or ("undercover",)),
        field_days=int((rules.get("field_days") or {}).get("days") or 0),
    )


def charter_for(tenant: str, charters: Sequence[Charter], divisions: Divisions) -> Charter | None:
    """The pack that governs a tenant: its own, else that of the nearest division above it."""
    for code in (tenant, *(above.code for above in divisions.ancestors(tenant))):
        for charter in charters:
            if code in charter.tenants:
                return charter
    return None


def family_of(charter: Charter | None, charters: Sequence[Charter]) -> tuple[Charter, ...]:
    """The pack and every one under the same root: a zone's own stands beside its city's."""
    return tuple(each for each in charters if charter is not None and each.root == charter.root)


def units_in(duty: Duty) -> Iterable[Unit]:
    """Who owes it, each once."""
    return {unit.id: unit for unit in duty.units}.values()


def _unit(raw: Any) -> Unit:
    if isinstance(raw, str):
        return Unit(raw)
    also = tuple(map(str, raw.get("also") or ()))
    return Unit(str(raw["id"]), str(raw.get("name", "")), also, str(raw.get("area", "")))


def _window(raw: Mapping[str, Any]) -> Window:
    return Window(
        str(raw.get("id", "")),
        str(raw.get("name", "")),
        raw.get("begins") or raw.get("first"),
        raw.get("ends") or raw.get("last"),
        str(raw.get("ends_with", "")),
        str(raw.get("begins_with", "")),
    )


def _duty(name: str, raw: Mapping[str, Any], lists: Mapping[str, tuple[Unit, ...]]) -> Duty:
    owed_by = tuple(unit for group in raw.get("units") or () for unit in lists.get(str(group), ()))
    return Duty(
        str(raw.get("id", name)),
        str(raw.get("title", name)),
        str(raw.get("rule", "")),
        owed_by,
        tuple(map(str, raw.get("clauses") or ())),
        tuple(_terms(raw.get("when") or {})),
    )


def _terms(when: Mapping[str, Any]) -> Iterator[Term]:
    """The days of an obligation that has days of its own; what comes round again is escalation's to count."""
    after, cut_off = int((when.get("within") or {}).get("count") or 0), str(when.get("cut_off") or "")
    for stage in when.get("stages") or ():
        yield Term(
            f"stage:{stage['id']}",
            stage.get("ends"),
            str(stage.get("ends_with", "")),
            after,
            str(stage.get("name", "")),
        )
    for day in when.get("dates") or ():
        yield Term(str(day["period"]), day.get("due"), cut_off=time.fromisoformat(cut_off) if cut_off else None)


def _target(raw: Mapping[str, Any]) -> Target:
    return Target(
        str(raw["id"]),
        str(raw.get("title", "")),
        float(raw.get("goal", 0)),
        str(raw.get("unit_of_count", "")),
        str(raw.get("due", "")),
        tuple(map(str, raw.get("clauses") or ())),
    )
