"""Every command is in one table, and asking for one loads no other."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bihuan import VERSION, main
from bihuan.main import COMMANDS


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_of_the_table_explains_itself(name: str) -> None:
    """`--help` of each works, so its module and attribute exist."""
    shown = CliRunner().invoke(main.build([name]), [name, "--help"])

    assert shown.exit_code == 0, shown.output
    assert "Usage" in shown.output


def test_names_are_not_given_twice() -> None:
    """A second entry of the same name would hide the first."""
    names = [command.name for command in COMMANDS]

    assert sorted(names) == sorted(set(names))


def test_without_a_command_the_list_is_shown() -> None:
    """A first visitor sees every command."""
    shown = CliRunner().invoke(main.build([]), ["--help"])

    assert all(command.name in shown.output for command in COMMANDS)


def test_help_of_one_command_loads_no_broker_library() -> None:
    """The command line answers at once: rooms are imported inside the commands."""
    code = (
        "import sys\n"
        "from bihuan import main\n"
        "main.build(['status'])\n"
        "print([name for name in ('kafka', 'faust', 'sqlalchemy', 'fastapi') if name in sys.modules])\n"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_it_says_which_release_it_is() -> None:
    """Whoever reports a fault is asked for it first; no command is loaded for the answer."""
    app = main.build(["--version"])
    shown = CliRunner().invoke(app, ["--version"])

    assert shown.output == f"bihuan {VERSION}\n"
    assert not app.registered_commands
    assert not app.registered_groups
