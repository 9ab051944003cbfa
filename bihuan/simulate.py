"""Run the pure core on a simulated clock: which decisions a file of events leads to, and when."""

import csv
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bihuan.event_file import EventFile
from contracts import divisions
from contracts.decisions import Decision
from policies import files
from runtime.garbage import collect_rarely
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack, parse_pack
from services.escalation.core.simulation import simulate as run
from services.escalation.packs import work_calendar
from services.escalation.store.scratch import ScratchCases

FAILED = 1
WRONG_USAGE = 2
LONGEST_REASON = 60
IN_MEMORY, ASLEEP = 3_000, 3_000
"""Cases that are open, and that wait in memory as bytes: some thirty and five megabytes; the others wait in a file that is thrown away."""


def simulate(
    policy: Annotated[
        list[str], typer.Option(help="A pack's id or file; its children and its parent come along. Repeatable.")
    ],
    events: Annotated[Path, typer.Option(help="Structured CloudEvents, one a line.", exists=True, dir_okay=False)],
    tenants: Annotated[Path | None, typer.Option(help="Another division table (CSV).", exists=True)] = None,
    since: Annotated[str | None, typer.Option("--from", help="When the packs begin to bind (RFC 3339).")] = None,
    until: Annotated[str | None, typer.Option(help="Let time run up to this instant, included (RFC 3339).")] = None,
    form: Annotated[Literal["jsonl", "table"], typer.Option("--format", help="How to print.")] = "jsonl",
) -> None:
    """Apply each event at its recordedtime, else its time; print one decision record a line.

    What is malformed goes to stderr with line and reason; the rest is still done, and the exit code is 1.
    """
    begin, end = instant(since, "--from"), instant(until, "--until")
    law = Law(list(named_packs(policy)), read_divisions(tenants), work_calendar())
    collect_rarely()
    with EventFile(law) as facts, ScratchCases(IN_MEMORY, ASLEEP) as cases:
        refused = facts.read(events)
        decisions = run(law, facts, begin, end, cases)
        if form == "table":
            _print_table(decisions)
        else:
            for decision in decisions:
                print(msgspec.json.encode(decision).decode())
    if refused:
        print(f"{events}: 有 {refused} 行没有采用，其余已处理完。", file=sys.stderr)
        raise typer.Exit(FAILED)


def instant(text: str | None, option: str) -> datetime | None:
    """The instant that an option names, None where it names none; wrong usage where it has no offset."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise typer.BadParameter(f"{option} {text}: write an instant with its offset, as 2023-05-08T09:00:00+08:00")
    return instant


def read_divisions(table: Path | None) -> divisions.Divisions:
    """The division table of this file, else the one that ships."""
    if table is None:
        return divisions.load()
    with table.open(encoding="utf-8-sig", newline="") as rows:
        try:
            return divisions.Divisions.parse(csv.DictReader(rows))
        except (KeyError, ValueError) as error:
            columns = ", ".join(divisions.COLUMNS)
            raise typer.BadParameter(f"--tenants {table}: {error}; the columns are {columns}") from error


def named_packs(names: list[str]) -> Iterator[Pack]:
    """Read the named packs and, after each, its children and its parent: neither binds anybody alone."""
    shipped = {path.stem: path for path in files.pack_files()}
    done: set[Path] = set()
    wanted = list(names)
    while wanted:
        name = wanted.pop(0)
        path = shipped.get(name, Path(name))
        if not path.is_file():
            raise typer.BadParameter(f"--policy {name}: no such pack or file; packs: {', '.join(shipped)}")
        if path in done:
            continue
        done.add(path)
        try:
            pack = parse_pack(files.read(path))
        except ValueError as error:
            raise typer.BadParameter(f"--policy {name}: {error}") from error
        yield pack
        family = [*pack.children, *([pack.child_of] if pack.child_of else [])]
        beside = {name: path.parent / f"{name}.yaml" for name in family}
        wanted += [str(file) if file.is_file() else name for name, file in beside.items()]


def _print_table(decisions: Iterator[Decision]) -> None:
    table = Table("known at", "at", "rule", "step", "measure", "status", "level", "subject", "reason")
    for one in decisions:
        moments = [f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (one.known_at, one.at)]
        reason = one.reason if len(one.reason) <= LONGEST_REASON else one.reason[:LONGEST_REASON] + "…"
        table.add_row(*moments, one.rule, one.step, one.measure, one.status, one.level, one.subject.id, reason)
    Console().print(table)
