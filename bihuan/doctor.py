"""Look the installation over and say what is wrong and what mends it."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

Form = Annotated[str, typer.Option("--format", help="table or jsonl.")]
OnlyTrouble = Annotated[bool, typer.Option("--trouble", help="Only doubts and faults.")]

WIDTH = 160  # columns where there is no terminal
SIGNS = {"well": "[green]正常[/]", "doubt": "[yellow]注意[/]", "fault": "[red]故障[/]"}


def doctor(form: Form = "table", only_trouble: OnlyTrouble = False) -> None:
    """Check connections, clock, disk, calendar, topics, migrations, certificates and lag; exit code 1 on a fault."""
    from rich.console import Console
    from rich.table import Table

    from bihuan.connection import settings_of
    from deploy.doctor.looking import DoctorSettings, look
    from runtime.clock import SystemClock

    told = settings_of(DoctorSettings)
    found = [one.finding for one in look(told, SystemClock(told.clock_file).now())]
    shown = [one for one in found if one.level != "well" or not only_trouble]
    if form == "jsonl":
        for one in shown:
            print(json.dumps(asdict(one), default=datetime.isoformat, ensure_ascii=False))
    else:
        table = Table(box=None)
        for head in ("", "检查", "所见", "怎样处理"):
            table.add_column(head, overflow="fold")
        for one in shown:
            table.add_row(SIGNS[one.level], one.subject, one.said, one.mend)
        Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
        count = {level: sum(one.level == level for one in found) for level in SIGNS}
        print(f"正常 {count['well']}，注意 {count['doubt']}，故障 {count['fault']}")
    sys.exit(any(one.level == "fault" for one in found))
