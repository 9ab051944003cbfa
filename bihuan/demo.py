"""Load the invented campaign and the invented ledger, once: what is there already is not doubled."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bihuan.demonstration import SOURCE, generate

app = typer.Typer(no_args_is_help=True, help="The demonstration: an invented campaign of twenty days in 温岭.")

SLUG = "demonstration"
LEDGER_SLUG = "demonstration-ledger"
TENANT = "331081"
LEDGER_TENANT = "331081006"
SEED = 1
ANCHOR_FILE = "demonstration.json"

Anchor = Annotated[str, typer.Option(help="The end of the campaign (RFC 3339); else now.")]


@app.command("generate")
def write(
    out: Annotated[Path, typer.Option(help="Where to write the events, one a line.", dir_okay=False)],
    anchor: Anchor = "",
    seed: Annotated[int, typer.Option(help="Another number gives another campaign.")] = SEED,
) -> None:
    """Write the campaign to a file and load nothing."""
    _write(out, _instant(anchor), seed)
    print(f"{out}：已写入")


@app.command()
def load(anchor: Anchor = "") -> None:
    """Register the sources, put the packs into force, publish the campaign and import the ledger.

    The first call fixes the anchor; later calls publish the same events again, which changes nothing.
    """
    from bihuan import imports, publish, routes
    from bihuan.intake import settings
    from bihuan.policy import Signed, activate_all
    from policies import files

    folder = settings().data_dir
    fixed = _anchor(folder / ANCHOR_FILE, anchor)
    _register()
    activate_all(settings(), Signed("demonstration"))
    _go_live(fixed)
    routes.roster(files.folder() / "rosters" / "demonstration.yaml")
    events = folder / "demonstration.jsonl"
    _write(events, fixed, SEED)
    publish.publish(events)
    shipped = files.folder() / "demonstration" / "ledger.csv"
    imports.import_(shipped, "demonstration-ledger", LEDGER_TENANT, LEDGER_SLUG)


def _instant(text: str) -> datetime:
    """Return the instant named, else now; ends with a sentence where it has no offset."""
    from runtime.clock import SystemClock

    if not text:
        return SystemClock().now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--anchor {text}: {error}") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"--anchor {text}: add the offset, as in 2026-11-22T18:00:00+08:00")
    return instant


def _anchor(file: Path, wanted: str) -> datetime:
    """Return the anchor of the first load, and keep it."""
    if file.is_file():
        return datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["anchor"])
    anchor = _instant(wanted)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"anchor": anchor.isoformat(), "seed": SEED}) + "\n", encoding="utf-8")
    return anchor


def _write(file: Path, anchor: datetime, seed: int) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for event in generate(anchor, seed):
            lines.write(json.dumps(event, ensure_ascii=False) + "\n")


def _register() -> None:
    from bihuan import sources
    from contracts.topics import inspection_topic
    from services.intake.core.registry import Source

    topic = inspection_topic(SLUG)
    sources.create_topic(topic)
    sources.save(
        Source(
            slug=SLUG,
            name="示范检查系统",
            namespace=SLUG,
            tenants=(TENANT,),
            attributes=frozenset([SOURCE]),
            topic=topic,
            historic=False,
        )
    )


def _go_live(anchor: datetime) -> None:
    """Tell nobody what the campaign led to before the day of its anchor."""
    from bihuan.demonstration import SHANGHAI
    from bihuan.intake import settings
    from runtime.clock import SystemClock
    from runtime.database import Database
    from services.notify.store import switches

    url = settings().database_url.get_secret_value()
    database = Database(url, schema="notify", application_name="bihuan demo", pool_size=1)
    try:
        with database.begin() as work:
            switches.put_tenant_rule(
                work,
                TENANT,
                go_live=anchor.astimezone(SHANGHAI).date(),
                shadow=False,
                author="demonstration",
                reason="示范数据启用之日",
                now=SystemClock(settings().clock_file).now(),
            )
    finally:
        database.close()
