"""Show the league table 月晾晒 and explain a unit's score: which hazards, which sums."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan import read_models

if TYPE_CHECKING:
    from services.reporting.core.league.formula import Month
    from services.reporting.handlers.leagues import Leagues

FAILED = 1

app = typer.Typer(name="league", help="The league table 月晾晒.", no_args_is_help=True)

Unit = Annotated[str, typer.Argument(help="The unit, by its name or division code.")]
Tenant = Annotated[str, typer.Option(help="Division code of the committee.")]
Period = Annotated[str, typer.Option(help="The month, such as 2023-05.")]


@app.callback()
def _introduce() -> None:
    """Show the league table 月晾晒, and how a score came about."""


@app.command()
def show(tenant: Tenant, period: Period) -> None:
    """Print the table of a month, best first."""
    with _leagues() as leagues, _told():
        shown = leagues.show(tenant, _month(period))
    print(f"{shown.table.month} {shown.table.formula.title}（第{shown.table.formula.version}版，建议）：{shown.state}")
    for place in shown.table.places:
        rank = f"{place.rank:>3}" if place.rank is not None else " ——"
        score = f"{place.score:.{shown.table.formula.decimals}f}" if place.score is not None else "——"
        print(f"{rank}  {place.name}  {score}  样本{len(place.sample)}  挂账{len(place.suspended)}")


@app.command()
def explain(unit: Unit, tenant: Tenant, period: Period) -> None:
    """Print the sum of one unit's score, with the hazards behind each number."""
    from services.reporting.core.forms.league_words import explain as lines

    with _leagues() as leagues, _told():
        table, place = leagues.place(tenant, _month(period), unit)
    for line in lines(table, place):
        print(line)


@contextmanager
def _leagues() -> "Iterator[Leagues]":
    from contracts import divisions
    from runtime.clock import SystemClock
    from services.reporting.handlers.leagues import Leagues
    from services.reporting.packs import charters, formulas

    settings = read_models.settings()
    folder = settings.policies_dir
    with read_models.database() as database:
        clock = SystemClock(settings.clock_file)
        yield Leagues(database, divisions.load(), clock, charters(folder), formulas(folder))


@contextmanager
def _told() -> Iterator[None]:
    from services.reporting.handlers.leagues import NoLeagueError

    try:
        yield
    except NoLeagueError as error:
        read_models.refuse(str(error), FAILED)


def _month(text: str) -> "Month":
    from services.reporting.core.league.formula import Month

    try:
        return Month.parse(text)
    except ValueError as error:
        read_models.refuse(str(error))
