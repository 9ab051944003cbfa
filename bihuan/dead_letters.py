"""List, show and replay dead letters at the keyboard."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bihuan.intake import admission, database, refuse, settings

if TYPE_CHECKING:
    from runtime.dead_letters import DeadLetter

app = typer.Typer(no_args_is_help=True, help="What intake could not take in: list it, show it, replay it.")

FAILED = 1
Identity = Annotated[int, typer.Argument(help="Number of the letter, as `dead-letters list` shows it.")]
Identities = Annotated[list[int] | None, typer.Argument(help="Numbers of letters.")]
Reason = Annotated[str, typer.Option(help="Every open letter with this reason.")]
Form = Annotated[Literal["table", "jsonl"], typer.Option("--format", help="How to print.")]


@app.command("list")
def list_(
    state: Annotated[Literal["open", "replayed", "dismissed", "all"], typer.Option(help="Which letters.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    form: Form = "table",
) -> None:
    """Print letters, the newest first."""
    from rich.console import Console
    from rich.table import Table

    from runtime import dead_letters
    from services.intake.api.letters import summary

    with database() as opened, opened.begin() as work:
        letters = dead_letters.listed(work, state=None if state == "all" else state, limit=limit)
    if form == "jsonl":
        for letter in letters:
            print(json.dumps(summary(letter), ensure_ascii=False))
        return
    table = Table("id", "received", "reason", "door", "origin", "source", "event id", "tenant", "detail")
    for letter in letters:
        table.add_row(
            str(letter.id),
            f"{letter.received_at:%Y-%m-%d %H:%M:%S}Z",
            letter.reason,
            letter.door,
            _origin(letter),
            letter.source or "",
            letter.event_id or "",
            letter.tenant or "",
            "; ".join(letter.detail),
        )
    Console().print(table)


@app.command()
def show(identity: Identity) -> None:
    """Print one letter whole, with what mends it."""
    from runtime import dead_letters
    from services.intake.api.letters import whole

    with database() as opened, opened.begin() as work:
        letter = dead_letters.shown(work, identity)
    if letter is None:
        refuse(f"没有死信 {identity}")
    print(json.dumps(whole(letter), ensure_ascii=False, indent=2))


@app.command()
def replay(identities: Identities = None, reason: Reason = "") -> None:
    """Send letters through the validator again; exit code 1 where one stays open."""
    from runtime import dead_letters
    from runtime.clock import SystemClock
    from services.intake.handlers.replaying import replay as again

    if bool(identities) == bool(reason):
        refuse("给出死信编号，或用 --reason 选出一类（二者之一）")
    clock = SystemClock(settings().clock_file)
    stayed = 0
    with database() as opened:
        for identity in identities or _open_with(reason):
            with opened.begin() as work:
                letter = dead_letters.shown(work, identity)
                if letter is None or letter.state != "open":
                    print(f"{identity}: {'没有这封死信' if letter is None else letter.state}")
                    stayed += 1
                    continue
                result = again(work, letter, admission(work), at=clock.now())
            refused = result.outcome.refused
            said = "" if refused is None else f"（{refused.reason} {'; '.join(refused.errors)}）"
            print(f"{identity}: {result.outcome.word}{said}")
            stayed += not result.closed
    if stayed:
        raise typer.Exit(FAILED)


def _open_with(reason: str) -> list[int]:
    """Return the open letters of a reason, in the order in which they came."""
    from services.intake.store import letters

    with database() as opened, opened.begin() as work:
        return letters.open_with(work, reason)


def _origin(letter: "DeadLetter") -> str:
    """Return where a letter came from in one short text: inspection.county[0]@17."""
    origin = letter.origin
    if "topic" in origin:
        return f"{origin['topic']}[{origin.get('slot')}]@{origin.get('offset')}"
    return " ".join(f"{name}={value}" for name, value in origin.items())
