"""Write the reference of the command line from the commands themselves."""

import re
from typing import Any

import typer
from typer.cli import get_docs_for_click

HEAD = """\
# Command line

`bihuan` on a machine that `make up` started; in containers `docker compose run --rm prepare bihuan ...`. `make docs` writes \
this page from the commands; `bihuan COMMAND --help` prints the same. Exit code 0 is well, 1 is what the command found or \
could not do, 2 is a wrong call.
"""


def commands_page() -> str:
    """Every command with its arguments and options."""
    from bihuan.main import build

    command = typer.main.get_command(build([]))
    with typer.Context(command, info_name="bihuan") as context:
        told = get_docs_for_click(
            obj=command,
            ctx=context,  # type: ignore[arg-type]  # it takes any context
            name="bihuan",
        )
    _, _, sections = told.partition("\n## ")
    return f"{HEAD}\n{_overview(command)}\n## {_plain(sections)}".rstrip() + "\n"


def _overview(command: Any) -> str:
    """One line for each command, whole: the library cuts them."""
    rows = (f"| [`{name}`](#bihuan-{name}) | {_first_line(each)} |\n" for name, each in command.commands.items())
    return "| command | what it does |\n|---|---|\n" + "".join(rows)


def _first_line(command: Any) -> str:
    return (command.help or "").strip().partition("\n")[0]


def _plain(text: str) -> str:
    """Without what is the same everywhere, and without the cut lists of groups that the sections repeat whole."""
    without_help = re.sub(r"^\* `--help`: Show this message and exit\.\n", "", text, flags=re.MULTILINE)
    without_lists = re.sub(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+\n?", "", without_help)
    return re.sub(r"\*\*Options\*\*:\n\n(?=\n|#|\Z|\*\*)", "", without_lists)
