"""Show, contest and publish the league table: a preview, objections with answers, and one fact that says it is public."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE
from contracts.topics import PEOPLE_FACTS, PEOPLE_SOURCE
from runtime.access import Principal
from runtime.clock import Clock
from runtime.codec import instant_text
from runtime.database import Database, Work
from runtime.outbox import Outgoing, announce
from services.reporting.core.charter import Charter, charter_for
from services.reporting.core.days import local_day
from services.reporting.core.forms.archive import Ask
from services.reporting.core.forms.league import fill, publication, state_words
from services.reporting.core.league.formula import Formula, Month, objections_until
from services.reporting.core.league.scoring import Place, Table
from services.reporting.core.scope import scope_of
from services.reporting.handlers.archive import TableArchive
from services.reporting.store import frontier, objections
from services.reporting.store.objections import Objection

TYPE: Final = "league.published.v1"
_encode = msgspec.json.Encoder().encode


class NoLeagueError(LookupError):
    """No such table, unit or objection; the message says which there are."""


class NotYetError(ValueError):
    """It cannot be done at this moment; the message says when or after what."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A month's table with where it stands, and what was said against it."""

    table: Table
    state: str
    is_published: bool
    objections_until: datetime
    objections: tuple[Objection, ...]
    is_contestable: bool


class Leagues:
    """The league tables; each act is one transaction."""

    def __init__(
        self,
        database: Database,
        divisions: Divisions,
        clock: Clock,
        charters: Sequence[Charter],
        formulas: Sequence[Formula],
    ) -> None:
        self._database = database
        self._divisions = divisions
        self._clock = clock
        self._charters = charters
        self._formulas = formulas
        self._who: Principal | None = None

    def of(self, who: Principal) -> "Leagues":
        """The same, for this person: whoever belongs to a committee sees its table, and nobody else."""
        found = Leagues(self._database, self._divisions, self._clock, self._charters, self._formulas)
        found._who = who
        return found

    def committees(self) -> list[str]:
        """The committees of this person that compare their units, by their roots' codes."""
        return sorted({formula.root for formula in self._formulas if self._belongs(formula.root)})

    def latest(self, tenant: str) -> Shown:
        """The table of the month before this one; of this month where nothing of the one before can be compared."""
        today = local_day(self._clock.now())
        month = Month(today.year, today.month)
        with suppress(NoLeagueError):
            before = self.show(tenant, month.previous)
            if any(place.sample for place in before.table.places):
                return before
        return self.show(tenant, month)

    def reaches(self, who: Principal, unit: str) -> bool:
        """Whether the hazards of a unit are this person's to see."""
        return who.reaches(unit, self._divisions)

    def show(self, tenant: str, month: Month) -> Shown:
        """The table of a month as it stands; raises NoLeagueError."""
        with self._opened(tenant, month) as (_, shown, _root):
            return shown

    def place(self, tenant: str, month: Month, unit: str) -> tuple[Table, Place]:
        """The place of one unit, by code or name; raises NoLeagueError."""
        table = self.show(tenant, month).table
        found = table.place_of(unit)
        if found is None:
            known = "、".join(place.name for place in table.places)
            raise NoLeagueError(f"{unit} 不参加月晾晒；参加的有：{known}")
        return table, found

    def object_(self, tenant: str, month: Month, unit: str, *, by: str, reason: str) -> Objection:
        """Take an objection of a unit between cut-off and the end of the window; raises as `place`, and NotYetError."""
        now = self._clock.now()
        with self._opened(tenant, month) as (work, shown, root):
            place = shown.table.place_of(unit)
            if place is None:
                raise NoLeagueError(f"{unit} 不参加月晾晒")
            self._acts_for(place.unit)
            if not shown.is_contestable:
                raise NotYetError(f"现在不能提异议：{shown.state}")
            said = Objection(
                id=self._clock.uuid(),
                committee=root,
                tenant=place.unit,
                period=str(month),
                said_by=by,
                reason=reason,
                said_at=now,
            )
            work.concerns.add(place.unit)
            objections.keep(work, said, self._divisions.columns_of(place.unit))
            return said

    def answer(self, tenant: str, month: Month, identity: UUID, *, by: str, words: str, accepted: bool) -> None:
        """Answer an objection, once."""
        with self._opened(tenant, month) as (work, _shown, root):
            self._acts_for(root)
            work.concerns.add(root)
            at = self._clock.now()
            if not objections.answer(work, identity, root, by=by, words=words, accepted=accepted, at=at):
                raise NoLeagueError("没有这条异议，或者已经答复")

    def publish(self, tenant: str, month: Month, *, by: str, document_no: str = "") -> dict[str, Any]:
        """Publish the table as it stands, once; raises NotYetError before the window is over or while words wait.

        Where an objection was accepted, what was corrected until its answer counts; else the cut-off stands.
        """
        now = self._clock.now()
        with self._opened(tenant, month) as (work, shown, root):
            self._acts_for(root)
            work.concerns.add(root)
            if shown.is_published:
                raise NotYetError(f"{month} 已经公布")
            if now < shown.objections_until:
                raise NotYetError(f"现在不能公布：{shown.state}")
            waiting = sum(each.answered_at is None for each in shown.objections)
            if waiting:
                raise NotYetError(f"有{waiting}条异议没有答复")
            settled = [each.answered_at for each in shown.objections if each.accepted and each.answered_at is not None]
            table = shown.table
            if settled:
                table = self._table(work, tenant, month, max(settled), settled=True)
            said = _published(root, table, by=by, document_no=document_no, at=now, identity=str(self._clock.uuid()))
            place = self._divisions.columns_of(root)
            if not objections.publish(work, root, place, str(month), by=by, at=now, event_id=said["id"]):
                raise NotYetError(f"{month} 已经公布")
            announce(work, [Outgoing(topic=PEOPLE_FACTS, slot=0, key=root.encode(), value=_encode(said))])
            return said

    @contextmanager
    def _opened(self, tenant: str, month: Month) -> Iterator[tuple[Work, Shown, str]]:
        charter = charter_for(tenant, self._charters, self._divisions)
        if charter is None or not self._belongs(charter.root):
            raise NoLeagueError(f"{tenant} 不在任何安委会之下")
        with self._database.begin(
            [EVERYWHERE]
        ) as work:  # the order of all units is one; whose hazards are shown is not
            now = self._clock.now()
            complete = frontier.as_of(work, scope_of(charter.root, self._divisions)) or now
            archive = self._archive(work, charter, month, min(complete, now))
            table = fill(archive, month, min(complete, now))
            if table is None:
                raise NoLeagueError(f"{self._divisions.full_name(charter.root)}在{month}没有月晾晒评价办法")
            published, until = publication(archive, month) is not None, objections_until(table.formula, month)
            shown = Shown(
                table=table,
                state=state_words(archive, table, now),
                is_published=published,
                objections_until=until,
                objections=tuple(objections.listed(work, charter.root, str(month))),
                is_contestable=not published and table.cut_off <= now < until,
            )
            yield work, shown, charter.root

    def _belongs(self, root: str) -> bool:
        who = self._who
        if who is None or who.reaches(root, self._divisions):
            return True
        return any(self._divisions.is_within(tenant, root) for tenant in who.tenants)

    def _acts_for(self, tenant: str) -> None:
        """Raise unless the person acts for this tenant."""
        if self._who is not None and not self._who.reaches(tenant, self._divisions):
            raise NoLeagueError(f"{tenant} 不在您的辖区")

    def _table(self, work: Work, tenant: str, month: Month, moment: datetime, *, settled: bool) -> Table:
        charter = charter_for(tenant, self._charters, self._divisions)
        if charter is None:
            raise NoLeagueError(tenant)
        table = fill(self._archive(work, charter, month, moment), month, moment, settled=settled)
        if table is None:
            raise NoLeagueError(str(month))
        return table

    def _archive(self, work: Work, charter: Charter, month: Month, as_of: datetime) -> TableArchive:
        ask = Ask(kind="league", tenant=charter.root, day=local_day(month.begins), as_of=as_of)
        return TableArchive(work, ask, charter, self._divisions, self._formulas)


def _published(root: str, table: Table, *, by: str, document_no: str, at: datetime, identity: str) -> dict[str, Any]:
    rows = [
        {"unit": place.unit, "score": place.score or 0.0, "sample": len(place.sample)}
        | ({"rank": place.rank} if place.rank is not None else {})
        for place in table.places
    ]
    data = {
        "period": str(table.month),
        "cut_off": instant_text(table.as_of),
        "formula": f"{table.formula.id}/{table.formula.version}",
        "rows": rows,
        "by": by,
    }
    return {
        "specversion": "1.0",
        "id": identity,
        "source": PEOPLE_SOURCE,
        "type": TYPE,
        "time": instant_text(at),
        "tenant": root,
        "data": data | ({"document_no": document_no} if document_no else {}),
    }
