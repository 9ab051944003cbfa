"""Whatever command a document tells a reader to type exists, with its options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bihuan.main import COMMANDS, build

ROOT = Path(__file__).parents[3]
MADE_FROM_THEM = ROOT / "docs" / "cli.md"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    ROOT / "deploy" / "prometheus" / "rules" / "bihuan.yml",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if path != MADE_FROM_THEM),
]
IN_A_CONTAINER = r"(?:docker compose run --rm prepare )?"
SPAN = re.compile(rf"`{IN_A_CONTAINER}((?:\.venv/bin/)?bihuan [^`\n]+)`")
LINE = re.compile(rf"^(?:\$ |\S.*\| )?{IN_A_CONTAINER}((?:\.venv/bin/)?bihuan [^|>#\n]+)", re.MULTILINE)
FENCE = re.compile(r"^```.*?$(.*?)^```", re.MULTILINE | re.DOTALL)
CLI = typer.main.get_command(build([]))


def told(document: Path) -> Iterator[str]:
    """Every call of the command line in a document, in text and in blocks."""
    text = document.read_text(encoding="utf-8")
    for block in FENCE.findall(text):
        yield from LINE.findall(block)
    yield from SPAN.findall(FENCE.sub("", text))


def problem(call: str) -> str:
    """What is wrong with a call; empty where it is right. Words for values are not looked at."""
    words = [word.rstrip("；，。、") for word in shlex.split(call.split("；", maxsplit=1)[0], comments=True)][1:]
    command: Any = CLI  # typer brings a click of its own
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        name = words.pop(0)
        if name == "...":
            return ""  # any command
        choices = re.split(r"[|｜]", name)  # `policy check|diff` names several
        for choice in choices:
            if choice not in command.commands and not choice.startswith("<"):
                return f"{call!r}: no command {choice!r}"
        command = command.commands[choices[0]]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = {word.partition("=")[0].strip("[]") for word in words if re.match(r"\[?--[a-z]", word)}
    unknown = asked - known - {"--help"}
    return f"{call!r}: no option {', '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_names_only_commands_that_exist(document: Path) -> None:
    """Also inside pipes, and where one line names several."""
    assert [found for call in told(document) if (found := problem(call))] == []


def test_commands_are_found_at_all() -> None:
    """Else the test above would hold for nothing."""
    calls = [call for document in DOCUMENTS for call in told(document)]
    names = {word for call in calls for word in call.split()[1:2]}

    assert len(calls) > len(COMMANDS)
    assert {"policy", "dead-letters", "positions", "import"} <= names


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("bihuan dead-letters list --source x", "no option --source"),
        ("bihuan notices status", "no command 'status'"),
        ("bihuan policy check|diff", ""),
        ("bihuan policy check policies/*.yaml", ""),
    ],
)
def test_what_does_not_exist_is_found(call: str, wrong: str) -> None:
    """A command, and an option."""
    assert wrong in problem(call)
