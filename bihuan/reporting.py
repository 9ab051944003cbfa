"""Keep the read models of reporting: rebuild them from scratch while the old ones serve."""

import sys
import time

import typer

from bihuan import read_models

app = typer.Typer(name="reporting", help="Read models of reporting.", no_args_is_help=True)


@app.callback()
def _introduce() -> None:
    """Keep the read models of reporting."""


@app.command("tell-again")
def tell_again() -> None:
    """Tell the city's risk platform again of all that is open, and of what it would not take before."""
    from runtime import dead_letters
    from runtime.clock import SystemClock
    from services.reporting.core.rows import HazardKey
    from services.reporting.store import pushes
    from services.reporting.worker.pushing import DOOR

    now = SystemClock(None).now()
    with read_models.database() as database, database.begin() as work:
        parked = [letter for letter in dead_letters.listed(work, limit=100_000) if letter.door == DOOR]
        keys = [key for letter in parked if (key := HazardKey.parse(str(letter.origin.get("hazard", ""))))]
        pushes.mark(work, keys, now)
        for letter in parked:
            dead_letters.mark_replayed(work, letter.id, at=now, note="tell-again")
        opened = pushes.mark_open(work, now)
    print(f"{len(keys)} 项重新推送，另有 {opened} 项未销号隐患等待推送")


@app.command()
def rebuild() -> None:
    """Build every read model anew from the facts that are kept; a rebuild that is broken off changes nothing."""
    from contracts import divisions
    from runtime.errors import Conflict
    from services.reporting.handlers.rebuilding import Rebuilder

    begun = time.monotonic()

    def say(stage: str, done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{_STAGES[stage]} {done:,}", end="", file=sys.stderr, flush=True)

    try:
        rebuilt = Rebuilder(read_models.database_url(), divisions.load(), say=say).run()
    except Conflict:
        print("另一个重建正在进行，请等它结束。", file=sys.stderr)
        raise typer.Exit(1) from None
    differed = {name: count for name, count in rebuilt.differed.items() if count}
    words = "，".join(f"{_MODELS[name]} {count:,} 行" for name, count in differed.items())
    print(f"已重建：隐患 {rebuilt.hazards:,} 条，用时 {time.monotonic() - begun:.1f} 秒。", end="")
    print(f"与原表不同并已改正：{words}。" if words else "与原表完全一致。")


_STAGES = {"sites": "场所", "decisions": "决定", "notices": "通知", "hazards": "隐患"}
_MODELS = {
    "site": "场所",
    "decision": "决定",
    "notice": "通知",
    "notice_decision": "通知与决定",
    "hazard": "隐患",
    "tally": "合计",
    "flow": "逐日变动",
    "cause": "逐月类别",
}
