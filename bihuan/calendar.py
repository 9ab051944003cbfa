"""Show and change the working calendar of committees: days set as facts, through the people's topic like any other."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bihuan.reviewing import Form, each, reading, told, watched

if TYPE_CHECKING:
    from contracts.facts import Fact
    from runtime.settings import ProcessSettings
    from services.escalation.core.engine import Engine
    from services.escalation.core.law import Law
    from services.escalation.store.bulk import Cursor

FAILED = 1
SHOWN = 500
CHANGED = "calendar.changed.v1"
KINDS = {"holiday": "休息日", "working_day": "工作日"}

app = typer.Typer(no_args_is_help=True, help="The working calendar 工作日历: which days are worked, set as facts.")

Tenants = Annotated[
    list[str] | None, typer.Option("--tenant", help="Root tenant of a committee; all of them where none is named.")
]
By = Annotated[str, typer.Option(help="Handle of who decided it; absent: the account at the keyboard.")]
Reason = Annotated[str, typer.Option(help="Why.")]
DocumentNo = Annotated[str, typer.Option(help="The notice that set the days.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")]


class Set(NamedTuple):
    """The days that are set, who says so and why; `year` where it is the notice of a year."""

    days: tuple[tuple[date, str, str], ...]
    by: str
    reason: str
    document_no: str
    year: int | None = None


@app.callback()
def _group() -> None:
    """Show and change which days are worked."""


@app.command("set")
def set_days(
    days: Annotated[
        list[str], typer.Argument(help="DAY=holiday or DAY=working_day, such as 2026-10-09=holiday. Repeatable.")
    ],
    tenant: Tenants = None,
    reason: Reason = "",
    by: By = "",
    document_no: DocumentNo = "",
    dry_run: DryRun = False,
    form: Annotated[Form, typer.Option("--format", help="Sentences, or the records that would be made.")] = "words",
) -> None:
    """Set single days (调休, a day off by decision): open terms are counted anew, with a journal; what is past stays."""
    if not (reason or document_no):
        raise typer.BadParameter("用 --reason 写理由，或用 --document-no 写依据的文号")
    _change(tenant, Set(tuple(map(_day, days)), by, reason, document_no), dry_run=dry_run, form=form)


@app.command()
def publish(
    year: Annotated[int, typer.Argument(help="The year whose notice is out.")],
    document_no: DocumentNo,
    file: Annotated[
        Path | None,
        typer.Option(help="Its days (CSV: day,kind,name); the table that ships where none is named.", exists=True),
    ] = None,
    tenant: Tenants = None,
    reason: Reason = "",
    by: By = "",
    dry_run: DryRun = False,
    form: Annotated[Form, typer.Option("--format", help="Sentences, or the records that would be made.")] = "words",
) -> None:
    """Publish the days of a year as the State Council's notice sets them: provisional terms become firm."""
    days = tuple(_of_year(year, file))
    if not days:
        raise typer.BadParameter(f"{file or '随产品的放假安排表'}里没有 {year} 年的日子：用 --file 给出通知里的日子")
    _change(tenant, Set(days, by, reason, document_no, year), dry_run=dry_run, form=form)


@app.command()
def show(
    tenant: Annotated[str, typer.Option(help="Root tenant of the committee.")],
    year: Annotated[int | None, typer.Option(help="Only this year.")] = None,
) -> None:
    """Print the days that a committee's calendar sets apart, each with who set it, and the years that are published."""
    with reading(_settings()) as (_, engine):
        (committee,) = _committees(engine.law, [tenant])
        calendar = engine.law.calendar_of(committee)
    print(
        f"已公布放假安排的年份：{min(calendar.years)}至{max(calendar.years)}" if calendar.years else "没有已公布的年份"
    )
    for day, worked in sorted(calendar.days.items()):
        if year in (None, day.year) and (year is not None or day in calendar.orders):
            words = (
                KINDS["working_day" if worked else "holiday"],
                calendar.festivals.get(day, ""),
                calendar.orders.get(day, ""),
            )
            print("  ".join(filter(None, (day.isoformat(), *words))))


@app.command()
def journal(
    tenant: Annotated[str, typer.Option(help="Root tenant of a committee; all of them where none is named.")] = "",
    case: Annotated[str, typer.Option(help="Only the case with this id, such as a hazard's.")] = "",
    limit: Annotated[int, typer.Option(help="How many lines, the newest ones.", min=1)] = SHOWN,
) -> None:
    """Print which dates of which cases were counted anew: before, after, and by which change of the calendar."""
    from bihuan.policy_book import opened_work
    from services.escalation.core.recounted_words import sentence
    from services.escalation.store import calendars

    with opened_work(_settings()) as work:
        lines = calendars.journal(work, committee=tenant, case_id=case, limit=limit)
    for line in reversed(lines):
        print(sentence(line))


def _settings() -> "ProcessSettings":
    from bihuan.connection import settings_of
    from runtime.settings import ProcessSettings

    return settings_of(ProcessSettings)


def _day(text: str) -> tuple[date, str, str]:
    day, _, kind = text.partition("=")
    kind, _, name = kind.partition(":")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{text}：{day!r} 不是日期，写成 2026-10-09=holiday") from None
    if kind not in KINDS:
        raise typer.BadParameter(f"{text}：{kind!r} 不是日子的种类，写 {' 或 '.join(KINDS)}")
    return found, kind, name


def _of_year(year: int, file: Path | None) -> Iterator[tuple[date, str, str]]:
    """The days of the notice of a year: its own, and the last ones of December before."""
    import csv

    from policies import tables

    if file is None:
        for day, worked in tables.workdays().items():
            if day.year == year:
                yield day, "working_day" if worked else "holiday", tables.festivals().get(day, "")
        return
    with file.open(encoding="utf-8-sig", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows), 2):
            try:
                yield _day(f"{row['day']}={row['kind']}:{row.get('name') or ''}")
            except (KeyError, typer.BadParameter) as error:
                raise typer.BadParameter(f"{file}:{number}：{error}；表头是 day,kind,name") from None


def _committees(law: "Law", wanted: Sequence[str]) -> list[str]:
    known = law.committees()
    for one in wanted:
        if one not in known:
            raise LookupError(f"{one} 不是安委会的根代码；安委会有：{'、'.join(sorted(known))}")
    return sorted(wanted or known)


def _change(wanted: Sequence[str] | None, said: Set, *, dry_run: bool, form: Form) -> None:
    from bihuan.intake import who
    from bihuan.people_topic import announce
    from runtime.clock import SystemClock
    from runtime.errors import Unavailable

    settings = _settings()
    said = said._replace(by=said.by or who())
    now = SystemClock(settings.clock_file).now()
    try:
        with reading(settings) as (using, engine):
            facts = _facts(engine, _committees(engine.law, wanted or ()), said, now)
            for fact in facts if dry_run else ():
                _show(using, engine, fact, form)
        if not dry_run:
            announce(settings, facts)
    except (LookupError, ValueError, Unavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from None
    print(f"{'将' if dry_run else '已'}为 {len(facts)} 个安委会设定 {len(said.days)} 天", file=sys.stderr)


def _facts(engine: "Engine", committees: Sequence[str], said: Set, now: datetime) -> "list[Fact]":
    """One fact for each committee; a ValueError where one of them cannot be, and then none is sent."""
    from services.escalation.core.calendar_changes import changed

    facts = [changing(committee, said, now) for committee in committees]
    if said.year is not None:
        for fact in facts:
            if said.year in engine.law.calendar_of(fact.committee).years:
                raise ValueError(f"{fact.committee}：{said.year} 年已经公布；改个别日子用 bihuan calendar set")
    for fact in facts:
        changed(engine.law, fact)
    return facts


def changing(committee: str, said: Set, now: datetime) -> "Fact":
    """The fact that sets the days for one committee."""
    import msgspec

    from contracts.facts import Fact
    from contracts.topics import PEOPLE_SOURCE

    days = [{"day": day, "kind": kind} | ({"name": name} if name else {}) for day, kind, name in said.days]
    words = {"by": said.by, "reason": said.reason, "document_no": said.document_no, "year": said.year}
    return Fact(
        id=f"calendar-changed/{committee}/{now.isoformat()}",
        source=PEOPLE_SOURCE,
        type=CHANGED,
        time=now,
        tenant=committee,
        committee=committee,
        data=msgspec.Raw(msgspec.json.encode({"days": days} | {name: word for name, word in words.items() if word})),
    )


def _show(using: "Cursor", engine: "Engine", fact: "Fact", form: Form) -> None:
    """Print what the open cases of the committee would come to; nothing is written."""
    from services.escalation.core.calendar_changes import changed, kinds_counting
    from services.escalation.core.engine import Engine
    from services.escalation.store import review

    before, after = engine.law, Engine(changed(engine.law, fact))
    kinds = kinds_counting(after.law, fact.committee)
    act = review.recounting(fact, before, kinds)
    for stretch in watched(each(using, after, act, fact.committee), review.open_cases(using)):
        for line in told(stretch.changes, form):
            print(line)
