"""Fill a form for whoever asks and print it: the command line and the API get the same bytes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import BinaryIO, Final, Literal

import msgspec

from contracts.divisions import Divisions
from contracts.moments import YEARS
from runtime.access.principal import reached
from runtime.clock import Clock
from runtime.database import Database, Work
from services.reporting.core.charter import Charter, charter_for, family_of
from services.reporting.core.days import local_day
from services.reporting.core.forms.archive import Ask
from services.reporting.core.forms.form import Form, Value
from services.reporting.core.forms.kinds import KINDS, Kind
from services.reporting.core.forms.spans import first_day
from services.reporting.core.league.formula import Formula
from services.reporting.core.scope import scope_of
from services.reporting.exports import csv_table, document, page, workbook
from services.reporting.handlers.archive import TableArchive
from services.reporting.store import frontier

Format = Literal["xlsx", "html", "csv", "json"]
FORMATS: Final[Mapping[str, str]] = {
    "xlsx": workbook.MEDIA_TYPE,
    "html": page.MEDIA_TYPE,
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
"""Each format with its media type."""


TOLD_EVERY: Final = 500
"""Rows between two words on how far a long form is."""

Told = Callable[[int], None]
"""Hears of so many rows more."""

LEAGUE: Final = "league"
"""The one form that is an order of all units of a committee."""


class BadAskError(ValueError):
    """A form that cannot be asked for so; the message says why and how else, in Chinese."""


class NoSuchFormError(LookupError):
    """A kind, tenant or team that does not exist, or not for this caller."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for, before it is known whether it can be had. None and empty mean the form's own."""

    kind: str
    tenant: str
    day: date | None = None
    since: date | None = None
    as_of: datetime | None = None
    baseline: datetime | None = None
    team: str = ""
    stage: str = ""


class Reports:
    """Fills forms from the tables; each form is one transaction."""

    def __init__(
        self,
        database: Database,
        divisions: Divisions,
        clock: Clock,
        charters: Sequence[Charter],
        formulas: Sequence[Formula] = (),
    ) -> None:
        self._database = database
        self._divisions = divisions
        self._clock = clock
        self._charters = charters
        self._formulas = formulas
        self._tenants: tuple[str, ...] | None = None

    def seeing(self, tenants: Sequence[str]) -> "Reports":
        """The same, for somebody who sees these sub-trees: of other tenants there is nothing."""
        found = Reports(self._database, self._divisions, self._clock, self._charters, self._formulas)
        found._tenants = tuple(tenants)
        return found

    def kinds(self) -> Sequence[Kind]:
        """Every form there is."""
        return tuple(KINDS.values())

    def charter(self, tenant: str) -> Charter | None:
        """The pack that governs a tenant of this caller, with its teams and stages to choose from."""
        return charter_for(tenant, self._charters, self._divisions) if self._reaches(tenant) else None

    @contextmanager
    def form(self, wish: Wish) -> Iterator[Form]:
        """The filled form; its rows can be read until the block ends. Raises `BadAskError` and `NoSuchFormError`."""
        charter = self._charter(wish)
        with self._database.begin(self._tenants) as work:
            ask = self._ask(wish, charter, self._complete(work, wish))
            family = family_of(charter, self._charters)
            archive = TableArchive(work, ask, charter, self._divisions, self._formulas, family)
            yield KINDS[ask.kind].build(ask, archive)

    def settled(self, wish: Wish) -> Wish:
        """The same wish with its moment and days written out: filled later it gives the same form. Raises as `form`."""
        charter = self._charter(wish)
        with self._database.begin(self._tenants) as work:
            ask = self._ask(wish, charter, self._complete(work, wish))
        return msgspec.structs.replace(
            wish, day=ask.day, since=ask.since, as_of=ask.as_of, baseline=ask.baseline, team=ask.team
        )

    def write(self, wish: Wish, form: str, out: BinaryIO, *, told: Told = lambda _rows: None) -> Form:
        """Print into `out` and return the form (its rows may be spent); `told` hears of rows. Raises as `form` does."""
        if form not in FORMATS:
            raise BadAskError(f"不支持 {form} 格式；有的是 {'、'.join(FORMATS)}")
        with self.form(wish) as filled:
            try:
                _PRINTERS[form](_telling(filled, told), out)
            except workbook.TooManyRowsError as error:
                raise BadAskError(str(error)) from error
            return filled

    def _complete(self, work: Work, wish: Wish) -> datetime | None:
        return frontier.as_of(work, scope_of(wish.tenant, self._divisions))

    def _charter(self, wish: Wish) -> Charter | None:
        if wish.kind not in KINDS:
            raise NoSuchFormError(f"没有报表 {wish.kind}；有的是 {'、'.join(KINDS)}")
        charter = charter_for(wish.tenant, self._charters, self._divisions)
        if not self._reaches(wish.tenant) or (charter is None and not self._divisions.known(wish.tenant)):
            raise NoSuchFormError(f"没有辖区 {wish.tenant}")
        if wish.kind == LEAGUE and charter is not None and not self._reaches(charter.root):
            raise NoSuchFormError(f"月晾晒是 {charter.root} 的报表；各单位的名次见 /v1/league")
        if wish.team and charter is not None and charter.teams and charter.team(wish.team) is None:
            known = "、".join(f"{team.id}（{team.title}）" for team in charter.teams)
            raise NoSuchFormError(f"没有督查暗访组 {wish.team}；有的是 {known}")
        return charter

    def _reaches(self, tenant: str) -> bool:
        return self._tenants is None or reached(tenant, self._tenants, self._divisions)

    def _ask(self, wish: Wish, charter: Charter | None, complete: datetime | None) -> Ask:
        now = self._clock.now()
        for asked in filter(None, (wish.day, wish.since, wish.as_of, wish.baseline)):
            if asked.year not in YEARS:
                raise BadAskError(f"{asked.isoformat()} 不是合理的日期；年份从 {YEARS.start} 到 {YEARS.stop - 1}")
        for moment in (wish.as_of, wish.baseline):
            if moment is not None and moment > now:
                raise BadAskError(f"时点 {moment.isoformat()} 尚未到来；现在是 {now.isoformat(timespec='seconds')}")
        limit = complete or now
        as_of = min(wish.as_of, limit) if wish.as_of is not None else limit
        today = local_day(now)
        day = wish.day or local_day(as_of)
        if day > today and KINDS[wish.kind].span == "day":
            raise BadAskError(f"日期 {day} 尚未到来；今天是 {today}")
        since = wish.since or first_day(KINDS[wish.kind].span, day, charter, wish.stage)
        if since > day:
            raise BadAskError(f"起始日期 {since} 晚于截止日期 {day}")
        return Ask(
            kind=wish.kind,
            tenant=wish.tenant,
            day=day,
            since=since,
            as_of=as_of,
            baseline=wish.baseline or as_of - timedelta(days=7),
            team=self._team(wish, charter),
            stage=wish.stage,
        )

    def _team(self, wish: Wish, charter: Charter | None) -> str:
        team = charter.team(wish.team) if charter and wish.team else None
        return team.id if team else wish.team


def _telling(form: Form, told: Told) -> Form:
    """The same form; each sheet whose rows are made one by one tells how many it has made."""
    sheets = (
        sheet
        if isinstance(sheet.rows, tuple | list)
        else msgspec.structs.replace(sheet, rows=_counted(sheet.rows, told))
        for sheet in form.sheets
    )
    return msgspec.structs.replace(form, sheets=tuple(sheets))


def _counted(rows: Iterable[Sequence[Value]], told: Told) -> Iterator[Sequence[Value]]:
    made = 0
    for made, row in enumerate(rows, 1):
        yield row
        if made % TOLD_EVERY == 0:
            told(TOLD_EVERY)
    told(made % TOLD_EVERY)


def _pieces(stream: Callable[[Form], Iterator[bytes]]) -> Callable[[Form, BinaryIO], None]:
    def write(form: Form, out: BinaryIO) -> None:
        out.writelines(stream(form))

    return write


_PRINTERS: Final[Mapping[str, Callable[[Form, BinaryIO], None]]] = {
    "xlsx": workbook.write,
    "html": _pieces(page.stream),
    "csv": _pieces(csv_table.stream),
    "json": _pieces(document.stream),
}
