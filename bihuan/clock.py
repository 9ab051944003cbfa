"""Show what time the log has reached, and let a person accept a clock that was held in doubt."""

from typing import Annotated

import typer

from bihuan.intake import database, settings, who

app = typer.Typer(no_args_is_help=True, help="The clock of the log: show it, or accept it after it was held in doubt.")


@app.command()
def show() -> None:
    """Print our clock, the database's, the last tick, and why ticks are held."""
    from runtime.clock import SystemClock
    from services.intake.store import clock

    now = SystemClock(settings().clock_file).now()
    with database() as opened, opened.begin() as work:
        state = clock.state(work)
    print(f"our clock   {now.isoformat()}")
    print(f"database    {state.database.isoformat()}")
    print(f"last tick   {state.last_tick.isoformat() if state.last_tick else '-'}")
    held = f"since {state.held_since.isoformat()}: {state.sentence}" if state.held_since else "no"
    print(f"held        {held}")


@app.command()
def accept(reason: Annotated[str, typer.Option(help="Why this clock is right; it is kept with your name.")]) -> None:
    """Let ticks go on by the clock of this machine as it stands now."""
    from runtime.clock import SystemClock
    from services.intake.store import clock

    now = SystemClock(settings().clock_file).now()
    with database() as opened, opened.begin() as work:
        state = clock.accept(work, at=now, by=who(), reason=reason)
    print(f"{who()} 已确认时钟 {now.isoformat()}" + (f"（原因：{state.sentence}）" if state.sentence else ""))
