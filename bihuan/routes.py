"""Say who would be told of a decision and why, and take over a roster."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bihuan.notices import database, refuse, settings

if TYPE_CHECKING:
    from contracts.decisions import Decision
    from services.notify.core.notice import Notice
    from services.notify.core.roster import Roster
    from services.notify.core.routes import Routes

app = typer.Typer(no_args_is_help=True, help="Who is told of what: test a decision against routes and roster.")

WRONG_USAGE = 2
RoutesOption = Annotated[Path | None, typer.Option("--routes", help="A file of routes; absent: the one in use.")]
RosterOption = Annotated[
    Path | None, typer.Option("--roster", help="A roster file; absent: the one in the database, with what is switched.")
]


@app.command("test")
def who_is_told(
    decision: Annotated[
        str, typer.Argument(help="A decision's id, or a file of decision records (JSON, or JSONL as simulate prints).")
    ],
    routes_file: RoutesOption = None,
    roster_file: RosterOption = None,
    form: Annotated[str, typer.Option("--format", help="table or jsonl")] = "table",
) -> None:
    """Show who would get a decision now, over which channel, and why; nothing is sent or kept."""
    records = _records(decision)
    routes = _routes(routes_file)
    situation = _situation(routes, roster_file)
    for record in records:
        _print(record, _planned(record, situation), situation.roster, form)


@app.command()
def check(
    routes_file: Annotated[Path | None, typer.Argument(help="A file of routes; absent: the one in use.")] = None,
    roster_file: RosterOption = None,
) -> None:
    """Read a file of routes, and a roster with it; says what is wrong and where."""
    routes = _routes(routes_file)
    print(f"路由可用：{len(routes.roles)} 个角色")
    if roster_file is not None:
        print(f"值班表可用：{len(_seats(roster_file))} 个席位")


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A roster file (YAML).")],
) -> None:
    """Take over a roster into the database; rows of the same role, unit, seat and start are replaced."""
    from services.notify.store.personal import put_seats

    seats = _seats(file)
    with database() as opened, opened.begin() as work:
        put_seats(work, seats)
    print(f"已登记 {len(seats)} 个席位")


@app.command()
def erase(
    ended_by: Annotated[datetime, typer.Option(help="Take away what ended at this moment (UTC) or before.")],
    holder: Annotated[str | None, typer.Option(help="Of this holder alone; absent: of everybody.")] = None,
) -> None:
    """Take away who held seats that have ended and whom attempts were for; seats, attempts and outcomes stay."""
    from services.notify.store.personal import StillHeld
    from services.notify.store.personal import erase as take_away

    try:
        with database() as opened, opened.begin() as work:
            erased = take_away(work, until=ended_by.replace(tzinfo=UTC), holder=holder)
    except StillHeld as error:
        refuse(f"{holder} 届时仍担任 {error}：先在花名册中登记交接")
    print(f"已删除：席位 {erased.seats} 个、发送记录 {erased.attempts} 条、作废地址 {erased.gone} 个的姓名和地址")


def _records(word: str) -> "list[Decision]":
    """Return the decision records of a file, else the newest record of the decision with this id."""
    import msgspec

    from contracts.decisions import Decision
    from services.notify.store.planning import newest_record

    path = Path(word)
    if path.is_file():
        text = path.read_text(encoding="utf-8").strip()
        documents = [text] if text.startswith("{") and "\n{" not in text else text.splitlines()
        try:
            return [msgspec.json.decode(document.encode(), type=Decision) for document in documents if document.strip()]
        except msgspec.MsgspecError as error:
            refuse(f"{path}: {error}", WRONG_USAGE)
    with database() as opened, opened.begin() as work:
        record = newest_record(work, word)
    if record is None:
        refuse(f"没有文件、也没有决定叫 {word}", WRONG_USAGE)
    return [record]


def _routes(path: Path | None) -> "Routes":
    import yaml

    from services.notify.core.routes import InvalidRoutes, routes_from
    from services.notify.settings import shipped_routes

    where = path or _file_in_use() or shipped_routes()
    try:
        return routes_from(yaml.safe_load(where.read_text(encoding="utf-8")))
    except (InvalidRoutes, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        refuse(f"{where}: {error}")


def _file_in_use() -> Path | None:
    """Return the file the services read, where the environment names one."""
    named = os.environ.get("BIHUAN_ROUTES_FILE")
    folder = os.environ.get("BIHUAN_POLICIES_DIR")
    return Path(named) if named else Path(folder) / "routes.yaml" if folder else None


def _seats(path: Path) -> Any:
    import yaml

    from services.notify.core.roster import InvalidRoster, roster_from

    try:
        return roster_from(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (InvalidRoster, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        refuse(f"{path}: {error}")


def _situation(routes: "Routes", roster_file: Path | None) -> Any:
    """Return the world of today: with a roster file nothing is switched off and no database is asked."""
    from contracts import divisions
    from runtime.clock import SystemClock
    from services.notify.core.passage import Situation
    from services.notify.core.places import Places
    from services.notify.core.roster import Roster
    from services.notify.core.suppression import Switches
    from services.notify.store.situation import load_settings

    if roster_file is not None:
        held, switches = Roster(_seats(roster_file)), Switches(tenants={})
        now = SystemClock().now()
    else:
        now = SystemClock(settings().clock_file).now()
        with database() as opened, opened.begin() as work:
            found = load_settings(work, 0, now)
        held, switches = found.roster, found.switches
    return Situation(now=now, routes=routes, roster=held, places=Places(divisions.load()), switches=switches)


def _planned(record: "Decision", situation: Any) -> "tuple[Notice, ...]":
    from services.notify.core.passage import Passage
    from services.notify.core.pipeline import PLANNING, through

    return through(PLANNING, Passage(decision=record), situation).notices


def _print(record: "Decision", notices: "tuple[Notice, ...]", held: "Roster", form: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.notify.api.forms import masked_name

    rows = []
    for notice in notices:
        seat = held.holder(notice.recipient, notice.created_at)
        verdict = notice.suppression.chinese if notice.suppression else "发送"
        rows.append(
            {
                "decision_id": record.decision_id,
                "recipient": notice.recipient,
                "holder": masked_name(seat.holder) if seat else "",
                "channel": notice.channel,
                "verdict": verdict + (f"（{notice.error}）" if notice.error else ""),
                "when": _when(notice),
                "why": notice.why,
            }
        )
    if form == "jsonl":
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
        return
    title = f"{record.measure.chinese}·{record.status.chinese} {record.tenant} {record.decision_id[:12]}"
    table = Table("recipient", "holder", "channel", "verdict", "when", "why", title=title, title_justify="left")
    for row in rows:
        table.add_row(row["recipient"], row["holder"], row["channel"], row["verdict"], row["when"], row["why"])
    Console().print(table if rows else f"{title}: 不单独通知（{record.status.chinese}）")


def _when(notice: "Notice") -> str:
    """Say when it leaves, and until when somebody has to take notice."""
    from services.notify.core.messages import in_shanghai

    if notice.suppression:
        return ""
    wait = round((notice.not_before - notice.created_at).total_seconds())
    leaves = "立即" if wait <= 0 else f"{wait} 秒后" if wait < 60 else in_shanghai(notice.not_before)  # noqa: PLR2004
    if notice.acknowledge_by is None:
        return leaves
    minutes = round((notice.acknowledge_by - notice.created_at).total_seconds() / 60)
    return f"{leaves}，{minutes} 分钟内签收"
