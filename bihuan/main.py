"""List every command of the product in one table, and load only the one that is asked for."""

import importlib
import os
import sys
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from bihuan import VERSION


@dataclass(frozen=True, slots=True)
class Command:
    """A command and where it lives: a function is one command, a typer app a group of them."""

    name: str
    module: str
    attribute: str = "app"


# Add a command here: its module is bihuan/<module>.py and imports heavy rooms inside its functions.
COMMANDS = (
    Command("up", "machine", "up"),
    Command("down", "machine", "down"),
    Command("status", "machine", "status"),
    Command("simulate", "simulate", "simulate"),
    Command("policy", "policy"),
    Command("calendar", "calendar"),
    Command("what-if", "what_if", "what_if"),
    Command("migrate", "migrate", "migrate"),
    Command("upgrade-check", "upgrade_check", "upgrade_check"),
    Command("topics", "topics", "topics"),
    Command("acls", "acls", "acls"),
    Command("positions", "positions"),
    Command("sources", "sources"),
    Command("keys", "keys"),
    Command("people", "people"),
    Command("informers", "informers"),
    Command("audit", "audit"),
    Command("publish", "publish", "publish"),
    Command("import", "imports", "import_"),
    Command("dead-letters", "dead_letters"),
    Command("clock", "clock"),
    Command("notices", "notices"),
    Command("letters", "letters"),
    Command("routes", "routes"),
    Command("report", "report", "report"),
    Command("league", "league"),
    Command("reporting", "reporting"),
    Command("demo", "demo"),
    Command("load", "load", "load"),
    Command("doctor", "doctor", "doctor"),
    Command("backup", "backup", "backup"),
    Command("restore", "backup", "restore"),
)


# These start or stop the machine itself; settings of their own would mislead them.
ABOUT_THE_MACHINE = ("up", "down", "status")

# These make or replace the schema in which the audit is kept; they say for themselves what has to be said.
UNSEEN = ("migrate", "upgrade-check", "backup", "restore")

# These work on files alone: there is nothing to be noted, and what notes it takes a second to load.
ON_FILES = ("simulate",)

ASKED_BY_ITSELF: Final = "--version"


def main() -> None:
    """Run the command line; without settings in the environment it speaks to the machine that `make up` started."""
    asked = sys.argv[1:2]
    if not set(asked) & {*ABOUT_THE_MACHINE, ASKED_BY_ITSELF}:
        _speak_to_this_machine()
        _be_witnessed(sys.argv[1:])
    try:
        build(asked)()
    except Exception as error:
        if not (said := _from_outside(error)):
            raise
        print(f"{said}。bihuan doctor 逐项检查各处连接。", file=sys.stderr)
        sys.exit(1)


def build(asked: list[str]) -> typer.Typer:
    """Return the command line with the command that is asked for, or with all when none of the table is."""
    app = typer.Typer(name="bihuan", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_introduce)
    others = [] if asked == [ASKED_BY_ITSELF] else COMMANDS
    wanted = [command for command in COMMANDS if [command.name] == asked] or others
    for command in wanted:
        found = getattr(importlib.import_module(f"bihuan.{command.module}"), command.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=command.name)
        else:
            app.command(command.name)(found)
    return app


def _from_outside(error: Exception) -> str:
    """What a server that is away, or refuses us, made of this command, in one line; empty for a defect of ours."""
    from psycopg import OperationalError

    from runtime.errors import Unavailable

    said = getattr(error, "orig", error)  # sqlalchemy wraps what the server said
    return str(said).strip().partition("\n")[0] if isinstance(said, Unavailable | OperationalError) else ""


def _speak_to_this_machine() -> None:
    """Tell the settings of this clone's machine, unless the environment names a database."""
    if os.environ.get("BIHUAN_DATABASE_URL") or os.environ.get("BIHUAN_DATABASE_URL_FILE"):
        return
    from deploy.local import machine

    here = machine.load()
    if here.database_url_file.exists():
        for name, value in here.environment().items():
            os.environ.setdefault(name, value)


def _be_witnessed(arguments: list[str]) -> None:
    """Have everything that a command changes in the database noted in the audit: who typed what."""
    if not arguments or arguments[0] in (*UNSEEN, *ON_FILES):
        return
    from bihuan.intake import who
    from runtime import database
    from runtime.access.audit import Witness

    witness = Witness(actor=f"{who()}@local", act=f"bihuan {arguments[0]}", about=" ".join(arguments[1:]))
    database.acting.set(database.Acting(witness=witness))


def _say_version(asked: bool) -> None:
    if asked:
        print(f"bihuan {VERSION}")
        raise typer.Exit


def _introduce(
    version: Annotated[
        bool, typer.Option(ASKED_BY_ITSELF, callback=_say_version, is_eager=True, help="Which release this is.")
    ] = False,
) -> None:
    """Bihuan 闭环: hazards are followed until they are closed, and what is overdue goes up."""
