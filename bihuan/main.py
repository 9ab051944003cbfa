"""List every command of the product in one table, and load only the one that is asked for."""

import importlib
import sys
from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class Command:
    """A command and where it lives: a function is one command, a typer app a group of them."""

    name: str
    module: str
    attribute: str = "app"


# Add a command here: its module is bihuan/<module>.py and imports heavy rooms inside its functions.
COMMANDS = (Command("migrate", "migrate", "migrate"),)


def main() -> None:
    """Run the command line."""
    build(sys.argv[1:2])()


def build(asked: list[str]) -> typer.Typer:
    """Return the command line with the command that is asked for, or with all when none of the table is."""
    app = typer.Typer(name="bihuan", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_introduce)
    wanted = [command for command in COMMANDS if [command.name] == asked] or list(COMMANDS)
    for command in wanted:
        found = getattr(importlib.import_module(f"bihuan.{command.module}"), command.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=command.name)
        else:
            app.command(command.name)(found)
    return app


def _introduce() -> None:
    """Bihuan 闭环: hazards are followed until they are closed, and what is overdue goes up."""
