"""List, show, sign and export official letters at the keyboard."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bihuan.notices import WRONG_USAGE, database, refuse, settings, who
from contracts.vocabulary import LetterKind, LetterState

if TYPE_CHECKING:
    from services.notify.handlers.letters.office import Office

app = typer.Typer(no_args_is_help=True, help="Official letters: list, show, sign, export as DOCX.")

Identity = Annotated[str, typer.Argument(help="The letter's id, as `letters list` shows it; its beginning will do.")]


@app.command("list")
def list_(
    state: Annotated[list[LetterState] | None, typer.Option(help="Only letters in this state; several times.")] = None,
    kind: Annotated[LetterKind | None, typer.Option(help="Only letters of this kind.")] = None,
    organ: Annotated[str, typer.Option(help="Only letters of this organ (division code).")] = "",
    tenant: Annotated[str, typer.Option(help="Only this tenant and all below it.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 50,
    form: Annotated[str, typer.Option("--format", help="table or jsonl")] = "table",
) -> None:
    """Print letters, the newest first; those to sign: --state drafted --state edited."""
    from services.notify.api.letter_forms import shown
    from services.notify.store.letter_listing import Wanted, list_letters

    wanted = Wanted(
        states=[each.value for each in state] if state else None,
        kind=kind.value if kind else None,
        organ=organ or None,
        tenant=tenant or None,
        limit=limit,
    )
    with office() as letters, database() as opened, opened.begin() as work:
        rows = [shown(letter, letters.rules) for letter in list_letters(work, wanted)]
    if form == "jsonl":
        for row in rows:
            print(row.model_dump_json())
        return
    _print_table(rows)


@app.command()
def show(identity: Identity) -> None:
    """Print one letter with its text and everything that was done about it."""
    from services.notify.api.letter_forms import trail
    from services.notify.store.letter_listing import trail_of

    with office() as letters, database() as opened:
        letter = _read(letters, identity)
        with opened.begin() as work:
            told = trail(letter, letters.rules, trail_of(work, letter.id))
    print(json.dumps(told.model_dump(mode="json"), ensure_ascii=False, indent=2))


@app.command()
def sign(
    identity: Identity,
    author: Annotated[str, typer.Option("--by", help="Who signs; absent: the account at the keyboard.")] = "",
) -> None:
    """Sign a draft: it gets its number and goes into the mail."""
    from services.notify.core.letters.delivery import number_of
    from services.notify.core.letters.letter import IllegalMove
    from services.notify.handlers.letters.office import Unknown
    from services.notify.store.letters import StandsAlready

    with office() as letters:
        try:
            signed = letters.sign(_whole(identity), by=author or who())
        except Unknown:
            refuse(f"没有公文 {identity}")
        except StandsAlready:
            refuse("同一事项已有一份有效的同类公文，不能重复发出")
        except IllegalMove as error:
            refuse(str(error))
        print(f"{number_of(signed, letters.rules.organ(signed.organ)) or signed.id}: {signed.state.chinese}")


@app.command()
def export(
    identity: Identity,
    to: Annotated[Path | None, typer.Option("--out", help="File or folder; absent: the working folder.")] = None,
) -> None:
    """Write a letter as DOCX: as it was signed; a draft as it would look today, marked 送审稿."""
    from services.notify.core.letters.delivery import file_name

    with office() as letters:
        letter = _read(letters, identity)
        _, docx = letters.paper(letter.id)
        name = f"{file_name(letter, letters.rules.organ(letter.organ))}.docx"
    path = to or Path()
    if path.is_dir():
        path /= name
    path.write_bytes(docx)
    print(path)


@contextmanager
def office() -> "Iterator[Office]":
    """Open the place where people work on letters; without a database there says what is missing and ends."""
    from contracts import divisions
    from runtime.clock import SystemClock
    from services.notify.handlers.letters.office import Office
    from services.notify.settings import read_letter_desk

    told, table = settings(), divisions.load()
    with database() as opened:
        desk = read_letter_desk(told, table)
        yield Office(database=opened, desk=desk, divisions=table, clock=SystemClock(told.clock_file))


def _print_table(rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.notify.core.messages import deadline_words

    table = Table("id", "文种", "文号", "标题", "主送", "状态", "回复期限", "签发人")
    for row in rows:
        due = deadline_words(row.reply_due.isoformat()) if row.reply_due else ""
        late = "·逾期未复" if row.missed_at and row.state in {LetterState.SIGNED, LetterState.SENT} else ""
        table.add_row(
            row.id[:12],
            row.kind_name,
            row.number,
            row.title,
            "、".join(row.addressees),
            row.state_name + late,
            due,
            row.signed_by,
        )
    Console(file=sys.stdout).print(table)


def _read(letters: "Office", identity: str) -> Any:
    from services.notify.handlers.letters.office import Unknown

    try:
        return letters.read(_whole(identity))
    except Unknown:
        refuse(f"没有公文 {identity}")


def _whole(identity: str) -> str:
    """Return the whole id of which this is the beginning; the word itself where none has it."""
    from services.notify.store.letter_listing import ids_that_begin

    with database() as opened, opened.begin() as work:
        found = ids_that_begin(work, identity)
    if len(found) > 1:
        refuse(f"{identity} 不止一份公文：请多写几位", WRONG_USAGE)
    return found[0] if found else identity
