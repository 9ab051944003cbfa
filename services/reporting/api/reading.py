"""Answer what routes and pages ask, each answer out of one transaction with its as-of moment."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

import msgspec
from fastapi import Request

from contracts.divisions import Divisions
from runtime.access import Principal, systems
from runtime.access.gate import person_of
from runtime.access.systems import System
from runtime.clock import Clock
from runtime.database import Database, Work
from services.reporting.core import flow
from services.reporting.core.days import Deadline, local_day, midnight
from services.reporting.core.decided import decided_deadline
from services.reporting.core.flow import Lately
from services.reporting.core.paging import Cursor, Filters, Mark, Order
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import EVERYTHING, Scope, area_name, name_of, scope_of
from services.reporting.core.summary import Group, Summary, by_group, ranked, total_of
from services.reporting.core.timeline import Entry, is_told_to, tell
from services.reporting.core.wording import recipient_text
from services.reporting.store import decisions, facts, flows, frontier, lists, news, notices, sums, views
from services.reporting.store.news import News
from services.reporting.store.views import View

WORST_SHOWN: Final = 6
NEWS_SHOWN: Final = 6
CAUSES_SHOWN: Final = 8
_ONE_DAY = timedelta(days=1)


class Overview(msgspec.Struct, frozen=True):
    """What the first page shows; `news` are the decisions of the as-of moment's day, `news_count` how many in all."""

    summary: Summary
    lately: Lately
    worst: list[HazardRow]
    news: list[News]
    news_count: int


class Page(msgspec.Struct, frozen=True):
    """One page of a list; `after` is the cursor of the next (None on the last), `found` how many there are or None."""

    rows: list[HazardRow]
    after: Cursor | None
    as_of: datetime | None
    found: int | None = None


class Choices(msgspec.Struct, frozen=True):
    """What the filters of a list offer: (code, name) of areas, and the sectors that occur."""

    areas: list[tuple[str, str]]
    sectors: list[str]


class Story(msgspec.Struct, frozen=True):
    """One hazard with everything that happened to it; `decided_deadline` is the one that escalation counts from."""

    row: HazardRow
    entries: list[Entry]
    as_of: datetime | None
    decided_deadline: Deadline | None = None


class Told(msgspec.Struct, frozen=True):
    """One page of decisions; `after` is the mark of the next, None on the last."""

    decisions: list[news.Told]
    after: Mark | None
    as_of: datetime | None


class Reader:
    """Reads the read models; every method is one transaction. `code` is a division code, empty for all that is seen.

    As it is made it sees everything; `of` gives the one that sees what a person may.
    """

    def __init__(
        self,
        database: Database,
        divisions: Divisions,
        clock: Clock,
        roles: Mapping[str, str],
        who: Principal | System | None = None,
    ) -> None:
        """`roles` are the Chinese names of the roles that routes address."""
        self.divisions = divisions
        self._tenants = who.tenants if who else None
        self._system = who if isinstance(who, System) else None
        self._home = who.home if isinstance(who, Principal) else ""
        self._roles = roles
        self._database = database
        self._clock = clock

    def of(self, who: Principal | System) -> "Reader":
        """The same, for this person or system; a system sees what it reported."""
        return Reader(self._database, self.divisions, self._clock, self._roles, who)

    def asked_by(self, request: Request) -> "Reader":
        """The same for whoever asks: a person by their session, or an upstream system by its key."""
        who = person_of(request)
        return self.of(who) if who else self.of(self.system(request))

    def system(self, request: Request) -> System:
        """The upstream system whose key came; a Problem 401 where none did."""
        shown = systems.presented(request)
        with self._database.begin() as work:
            return systems.system_of(work, shown, self._clock.now())

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def begin(self) -> AbstractContextManager[Work]:
        """A transaction for one answer."""
        return self._database.begin(self._tenants)

    def scope(self, code: str) -> Scope:
        """The scope of a division code; without one, of the tenant that the person answers for, where it is one."""
        return scope_of(code or self._home, self.divisions)

    def summary(self, code: str) -> Summary:
        """The counts of a scope."""
        with self._database.begin(self._tenants) as work:
            return self._summary(work, self.scope(code))

    def overview(self, code: str) -> Overview:
        """The counts, the longest overdue hazards and the decisions of the day."""
        scope = self.scope(code)
        with self._database.begin(self._tenants) as work:
            summary = self._summary(work, scope)
            everything = lists.choose(work, scope, Filters())
            worst, _ = lists.page(work, everything, order="worst", after=None, limit=WORST_SHOWN)
            since = midnight(local_day(summary.as_of or self.now()))
            latest, count = news.decided(work, scope, since=since, until=since + _ONE_DAY, limit=NEWS_SHOWN)
            lately = self._lately(work, scope, summary)
        return Overview(summary, lately, worst, latest, count)

    def page(
        self, code: str, filters: Filters, *, order: Order, after: Cursor | None, limit: int, counted: bool = False
    ) -> Page:
        """One page of hazards, counted where asked for."""
        scope = self.scope(code)
        with self._database.begin(self._tenants) as work:
            chosen = lists.choose(work, scope, filters, self._system)
            rows, further = lists.page(work, chosen, order=order, after=after, limit=limit)
            found = lists.matching(work, chosen) if counted else None
            return Page(rows, further, frontier.as_of(work, scope), found)

    def as_of(self, code: str) -> datetime | None:
        """Up to when a scope is complete."""
        with self._database.begin(self._tenants) as work:
            return frontier.as_of(work, self.scope(code))

    def choices(self) -> Choices:
        """What there is to choose from in filters."""
        with self._database.begin(self._tenants) as work:
            seen = self.scope("")
            column = sums.column_for(work, seen)
            codes = sorted({tally.group for tally in sums.tallies(work, seen, column)})
            return Choices([(code, self.divisions.full_name(code)) for code in codes], sums.sectors(work, seen))

    def views(self, person: str) -> list[View]:
        """The views of the ledger that a person named."""
        with self._database.begin(self._tenants) as work:
            return views.of_person(work, person)

    def keep_view(self, person: str, view: View) -> bool:
        """Keep a view under its name; False where the person has as many as anybody may."""
        with self._database.begin(self._tenants) as work:
            return views.keep(work, person, view, self._clock.now())

    def forget_view(self, person: str, name: str) -> None:
        """Remove a person's view."""
        with self._database.begin(self._tenants) as work:
            views.forget(work, person, name)

    def hazard(self, text: str) -> Story | list[HazardRow]:
        """The hazard that `text` names, by its full name or by its id alone; else all that carry the id (or none)."""
        with self._database.begin(self._tenants) as work:
            key = HazardKey.parse(text)
            row = lists.one(work, key, EVERYTHING, self._system) if key else None
            if row is None:
                found = lists.namesakes(work, text, EVERYTHING, self._system)
                if len(found) != 1:
                    return found
                row = found[0]
            return self._story(work, row)

    def decided(self, *, since: datetime | None, after: Mark | None, limit: int) -> Told:
        """One page of the decisions about what the system that asks reported; raises `TypeError` for a person."""
        if self._system is None:
            raise TypeError("a system's list")
        with self._database.begin(self._tenants) as work:
            found, further = news.told(work, self._system, since=since, after=after, limit=limit)
            return Told(found, further, frontier.as_of(work, EVERYTHING))

    def check(self) -> None:
        """Readiness: raise unless the tables can be read."""
        with self._database.begin(self._tenants) as work:
            frontier.as_of(work, EVERYTHING)

    def area(self, code: str) -> str:
        """The full name of an area."""
        return self.divisions.full_name(code)

    def _lately(self, work: Work, scope: Scope, summary: Summary) -> Lately:
        moment = summary.as_of or self.now()
        today = local_day(moment)
        first, earlier = (today - timedelta(days=flow.WINDOW * times - 1) for times in (1, 2))
        days = flows.by_day(work, scope, since=earlier, until=today)
        return Lately(
            trend=flow.trend(days, until=today, length=flow.WINDOW),
            window=flow.total(days, since=first, until=today),
            before=flow.total(days, since=earlier, until=first - _ONE_DAY),
            ages=flow.ages(flows.still_open(work, scope), today=today),
            causes=tuple(flows.causes(work, scope, since=flow.first_month(today), limit=CAUSES_SHOWN)),
            repeats=flows.repeats(
                work, scope, before=midnight(earlier), since=midnight(first), until=midnight(today) + _ONE_DAY
            ),
            areas=flows.by_area(work, scope, summary.area_column, since=first, until=today),
        )

    def _story(self, work: Work, row: HazardRow) -> Story:
        own = facts.about(work, [row.key]).get(row.key, [])
        decided = decisions.about(work, row.key)
        entries = tell(
            [*own, *facts.naming(work, row.key)],
            decided,
            notices.about(work, row.key),
            hazard_id=row.hazard_id,
            reaches=self.divisions.is_within,
            recipient=self._recipient,
        )
        if self._system:
            entries = [entry for entry in entries if is_told_to(entry, self._system.sources)]
        as_of = frontier.as_of(work, scope_of(row.tenant, self.divisions))
        return Story(row, entries, as_of, decided_deadline(decided))

    def _recipient(self, handle: str) -> str:
        return recipient_text(handle, self._roles, self.divisions.full_name)

    def _summary(self, work: Work, scope: Scope) -> Summary:
        column = sums.column_for(work, scope)
        areas = by_group(sums.tallies(work, scope, column))
        oldest = sums.oldest(work, scope, column)
        sectors = by_group(sums.tallies(work, scope, "sector"))
        oldest_in_sector = sums.oldest(work, scope, "sector")
        return Summary(
            scope=scope.code,
            scope_name=name_of(scope.code, self.divisions) if scope.code else "全部地区",
            as_of=frontier.as_of(work, scope),
            total=total_of(areas.values()),
            area_column=column,
            areas=ranked(
                Group(
                    code=code,
                    name=area_name(code, scope, column, self.divisions),
                    counts=counts,
                    oldest=oldest.get(code),
                )
                for code, counts in areas.items()
            ),
            sectors=ranked(
                Group(code=sector, name=sector or "未注明", counts=counts, oldest=oldest_in_sector.get(sector))
                for sector, counts in sectors.items()
            ),
        )
