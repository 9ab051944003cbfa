"""Which packs bind whom, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from contracts.decisions import PolicyVersion
from contracts.divisions import Divisions
from services.escalation.core.calendar import WorkCalendar, midnight
from services.escalation.core.cases.deadlines import StockTerm
from services.escalation.core.cases.hazard import DONE
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.policy import Pack
from services.escalation.core.rules.registry import RULES, Find
from services.escalation.core.terms import RuleParameters


class Finder(NamedTuple):
    """A rule of one pack with its parameters; `reads` and `rises` as the rule tells them."""

    rule: str
    find: Find
    parameters: RuleParameters
    reads: frozenset[str] | None
    rises: bool


class Readers(NamedTuple):
    """The rules that a piece of news concerns: those that may find something by it, and those that it can only end.

    What only ends something concerns a rule no more that has found nothing so far.
    """

    may_find: frozenset[str]
    may_end: frozenset[str]


class Docket(NamedTuple):
    """What one pack asks of one kind of case: under which version, from when on, where it stands, by which rules."""

    version: PolicyVersion
    begins: datetime
    where: Jurisdiction
    finders: tuple[Finder, ...]
    known: dict[frozenset[str], Readers]

    def readers(self, news: frozenset[str]) -> Readers:
        """Whom this news concerns; there are few sorts of news, so each is looked up once."""
        found = self.known.get(news)
        if found is None:
            begins_something = news - {DONE}
            may_find = {one.rule for one in self.finders if one.reads is None or one.reads & begins_something}
            may_end = {one.rule for one in self.finders if one.reads is not None and one.reads & news} - may_find
            found = self.known[news] = Readers(frozenset(may_find), frozenset(may_end))
        return found


class Law:
    """All packs of an installation, several versions of one pack included."""

    def __init__(
        self,
        packs: Sequence[Pack],
        divisions: Divisions,
        calendar: WorkCalendar | None = None,
        since: datetime | None = None,
        activated: Mapping[tuple[str, str], datetime] | None = None,
        calendars: Mapping[str, WorkCalendar] | None = None,
    ) -> None:
        """With `since` the packs bind from then on instead of from their own first day: to look back (S3-25).

        `activated`: when versions (id, version) that follow another one were put into force; none binds before that.
        `calendars`: those of committees that changed theirs; everybody else counts by `calendar`.
        """
        self._activated, self._since = dict(activated or {}), since
        self.packs = tuple(sorted(packs, key=lambda pack: (self._own_begin(pack), pack.version)))
        self.divisions = divisions
        self.calendar = calendar or WorkCalendar()
        self._calendars = dict(calendars or {})
        self._where: dict[tuple[str, str], Jurisdiction] = {}
        self._begins = {(pack.id, pack.version): self._first_instant(pack, since) for pack in self.packs}
        self._committee_of: dict[str, str | None] = {}
        self._own: dict[str, list[Pack]] = {}
        self._children: dict[str, dict[str, list[Pack]]] = {}
        for pack in self.packs:
            if pack.child_of:
                self._children.setdefault(pack.child_of, {}).setdefault(pack.id, []).append(pack)
            else:
                self._own.setdefault(pack.root, []).append(pack)
        self._dockets: dict[tuple[str, str, str], Docket] = {}
        self._units = {(pack.id, pack.version): _spellings(pack, pack.units) for pack in self.packs}
        self._owing = {(pack.id, pack.version): _spellings_by_duty(pack) for pack in self.packs}

    def _first_instant(self, pack: Pack, since: datetime | None) -> datetime:
        own = self._own_begin(pack)
        if since is None:
            return own
        earliest = next(other for other in self.packs if other.id == pack.id)
        return since if pack is earliest else max(since, own)

    def _own_begin(self, pack: Pack) -> datetime:
        own = midnight(pack.effective_from)
        return max(own, self._activated.get((pack.id, pack.version), own))

    def since(self, moment: datetime) -> "Law":
        """The same packs, binding from `moment` on."""
        return Law(self.packs, self.divisions, self.calendar, moment, self._activated, self._calendars)

    def calendar_of(self, committee: str) -> WorkCalendar:
        """The calendar by which this root tenant counts, as far as it is known now."""
        return self._calendars.get(committee, self.calendar)

    def counting_by(self, calendars: Mapping[str, WorkCalendar]) -> "Law":
        """The same law, with these calendars of committees and no others beside the one for everybody."""
        return Law(self.packs, self.divisions, self.calendar, self._since, self._activated, calendars)

    def changed(self, committee: str, calendar: WorkCalendar) -> "Law":
        """The same law, with another calendar of this committee."""
        return self.counting_by(self._calendars | {committee: calendar})

    def version(self, pack_id: str, version: str) -> Pack | None:
        """This version of a pack, whether or not it still binds anybody new; None where it is not known."""
        return next((pack for pack in self.packs if (pack.id, pack.version) == (pack_id, version)), None)

    def committees(self) -> tuple[str, ...]:
        """The root tenants that have a pack."""
        return tuple(self._own)

    def committee_of(self, tenant: str) -> str | None:
        """The root tenant whose pack binds `tenant`, the nearest above it; None where there is none."""
        if tenant not in self._committee_of:
            above = (tenant, *(division.code for division in self.divisions.ancestors(tenant)))
            self._committee_of[tenant] = next((code for code in above if code in self._own), None)
        return self._committee_of[tenant]

    def pack_at(self, committee: str, moment: datetime) -> Pack | None:
        """The committee's pack in force at `moment`; before the first one binds, the first one (stock)."""
        own = self._own.get(committee)
        if not own:
            return None
        return own[0] if len(own) == 1 else self._in_force(own, moment)

    def _in_force(self, versions: Sequence[Pack], moment: datetime) -> Pack:
        found = versions[0]
        for pack in versions[1:]:
            if self.begins(pack) <= moment:
                found = pack
        return found

    def packs_at(self, committee: str, moment: datetime) -> tuple[Pack, ...]:
        """The committee's pack in force at `moment` and its children."""
        pack = self.pack_at(committee, moment)
        if pack is None:
            return ()
        children = self._children.get(pack.id, {}).values()
        return (pack, *(self._in_force(versions, moment) for versions in children))

    def begins(self, pack: Pack) -> datetime:
        """The instant from which `pack` binds."""
        return self._begins[pack.id, pack.version]

    def versions(self, committee: str) -> tuple[Pack, ...]:
        """The committee's packs in the order in which they begin to bind, without children."""
        return tuple(self._own.get(committee, ()))

    def docket(self, pack: Pack, kind: str) -> Docket:
        """What `pack` asks of this kind of case; asked for at every fact, so it is remembered."""
        key = (pack.id, pack.version, kind)
        if key not in self._dockets:
            on = ((RULES[name], parameters) for name, parameters in pack.rules.items())
            finders = tuple(
                Finder(rule.id, rule.finds[kind], found, rule.reads, rule.rises is not None and rule.rises(found))
                for rule, found in on
                if kind in rule.finds
            )
            version = PolicyVersion(pack.id, pack.version)
            self._dockets[key] = Docket(version, self.begins(pack), self.where(pack), finders, {})
        return self._dockets[key]

    def unit_id(self, committee: str, unit: str, tenant: str, obligation: str = "") -> str:
        """The unit's id, whatever spelling an event of `tenant` used.

        The pack that lies nearest to the tenant names it first: 安监局 said in the zone is the zone's, said by the city
        the city's. Among the units of one pack those that owe `obligation` come first: a special committee and its
        office are two units, and people write the one for the other.
        """
        own = [pack for pack in reversed(self.packs) if pack.root == committee]
        nearest_first = sorted(own, key=lambda pack: self._distance(pack, tenant))
        spelt = (
            names.get(unit)
            for pack in nearest_first
            for names in (
                self._owing[pack.id, pack.version].get(obligation, {}),
                self._units[pack.id, pack.version],
            )
        )
        return next((known for known in spelt if known), unit)

    def _distance(self, pack: Pack, tenant: str) -> int:
        """How far `pack` is from `tenant`: 0 where it names it, then by levels; packs that do not bind it come last."""
        chain = (tenant, *(above.code for above in self.divisions.ancestors(tenant)))
        return min((chain.index(code) for code in pack.tenants if code in chain), default=len(chain))

    def where(self, pack: Pack) -> Jurisdiction:
        """What rules may ask under `pack`."""
        key = (pack.id, pack.version)
        if key not in self._where:
            stock = pack.stock and StockTerm(pack.stock.issued, pack.stock.found_before, pack.stock.span)
            self._where[key] = Jurisdiction(
                committee=pack.root,
                divisions=self.divisions,
                calendar=self.calendar_of(pack.root),
                stock=stock or None,
                begins=min(self.begins(other) for other in self.packs if other.id == pack.id),
                leads={name: tuple(sector.leads) for sector in pack.sectors for name in (sector.name, *sector.also)},
                fallback_lead=pack.fallback_lead,
                sectors={name: sector.name for sector in pack.sectors for name in (sector.name, *sector.also)},
                units={name: tuple(unit.id for unit in units) for name, units in pack.units.items()},
                campaign=pack.campaign,
                key_periods=pack.key_periods,
                criteria=pack.criteria,
            )
        return self._where[key]


def _spellings(pack: Pack, lists: Iterable[str]) -> dict[str, str]:
    """Every spelling of the units of these lists, the first list's first; an id is never another unit's spelling."""
    units = [unit for name in lists for unit in pack.units[name]]
    spelt = {spelling: unit.id for unit in reversed(units) for spelling in (*unit.also, unit.name) if spelling}
    return spelt | {unit.id: unit.id for unit in units}


def _spellings_by_duty(pack: Pack) -> dict[str, dict[str, str]]:
    """The same for the units that owe each obligation, by its id."""
    lists: dict[str, list[str]] = {}
    for name, duty in pack.obligations.items():
        lists.setdefault(duty.id or name, []).extend(duty.units)
    return {duty: _spellings(pack, named) for duty, named in lists.items()}
