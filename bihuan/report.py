"""Print an official form into a file: the same bytes as the API gives."""

import os
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from bihuan import read_models

FAILED = 1

Kind = Annotated[str, typer.Argument(help="Which form; without it they are listed.")]
Tenant = Annotated[str, typer.Option(help="Division code of the unit that reports.")]
Day = Annotated[str, typer.Option("--date", help="The day, or the last day of the period; else today.")]
Since = Annotated[str, typer.Option(help="The first day of the period, where it is not the form's own.")]
Team = Annotated[str, typer.Option(help="One team, by its id or name.")]
Stage = Annotated[str, typer.Option(help="A stage of the campaign, such as 2a.")]
AsOf = Annotated[str, typer.Option("--as-of", help="As of this moment (ISO 8601; without an offset Beijing time).")]
Baseline = Annotated[str, typer.Option(help="The earlier moment of a comparison.")]
Out = Annotated[Path | None, typer.Option(help="The file: .xlsx, .html, .csv or .json.")]


def report(
    kind: Kind = "",
    tenant: Tenant = "",
    day: Day = "",
    since: Since = "",
    team: Team = "",
    stage: Stage = "",
    as_of: AsOf = "",
    baseline: Baseline = "",
    out: Out = None,
) -> None:
    """Print an official form as of now or of any past moment."""
    from contracts import divisions
    from runtime.clock import SystemClock
    from services.reporting.core.forms.kinds import KINDS
    from services.reporting.handlers.reports import BadAskError, NoSuchFormError, Reports, Wish
    from services.reporting.packs import charters, formulas

    if not kind:
        for each in KINDS.values():
            print(f"{each.name:<18} {each.title}")
        return
    if not tenant or out is None:
        read_models.refuse("请写明辖区和文件：bihuan report KIND --tenant 330400 --date 2020-04-02 --out 日报表.xlsx")
    wish = Wish(
        kind=kind,
        tenant=tenant,
        day=_day(day, "--date"),
        since=_day(since, "--since"),
        as_of=_moment(as_of, "--as-of"),
        baseline=_moment(baseline, "--baseline"),
        team=team,
        stage=stage,
    )
    settings = read_models.settings()
    with read_models.database() as database:
        folder = settings.policies_dir
        clock = SystemClock(settings.clock_file)
        reports = Reports(database, divisions.load(), clock, charters(folder), formulas(folder))
        try:
            with _whole(out) as file:
                reports.write(wish, out.suffix.lower().lstrip("."), file)
        except BadAskError as error:
            read_models.refuse(str(error))
        except NoSuchFormError as error:
            read_models.refuse(str(error), FAILED)
    print(f"已写入 {out}")


class _whole:  # noqa: N801 (it is used as a function)
    """A file that is there whole or not at all: what is broken off leaves what was there before."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> BinaryIO:
        if not self._target.parent.is_dir():
            read_models.refuse(f"没有文件夹 {self._target.parent}")
        self._file = tempfile.NamedTemporaryFile(dir=self._target.parent, prefix=f".{self._target.name}.", delete=False)
        return cast("BinaryIO", self._file)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        made = Path(self._file.name)
        if kind is not None:
            made.unlink(missing_ok=True)
            return
        made.chmod(0o666 & ~_umask())
        made.replace(self._target)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        read_models.refuse(f"{option} {text}：请写成 2020-04-02")


def _moment(text: str, option: str) -> datetime | None:
    from services.reporting.core.days import SHANGHAI

    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        read_models.refuse(f"{option} {text}：请写成 2020-04-02T18:00 或 2020-04-02T18:00:00+08:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
