"""The house is in order: what stands in one place is found in the other, and nothing has grown too large to read."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bihuan.main import COMMANDS, build
from contracts.asyncapi import CARRIED
from contracts.topics import TOPICS, Topic
from deploy.docs import declared, modules, published

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
PAGES = published(ROOT)
TREES = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in modules(ROOT)}
MOST_LINES = 400  # of a file
LONGEST = 60  # lines of a function


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_made_from_the_code_are_up_to_date(page: Path) -> None:
    """Every module and every metric is named there; run `make docs` after a change."""
    assert PAGES[page] == page.read_text(encoding="utf-8")


def test_every_module_says_why_it_exists() -> None:
    """In one sentence, which is its first line."""
    said = {path: (ast.get_docstring(tree) or "").partition("\n")[0] for path, tree in TREES.items()}

    assert [str(path) for path, line in said.items() if not re.fullmatch("[A-Z`(].*[.:`]", line)] == []


def test_the_changelog_says_nothing_twice() -> None:
    """Two branches that add lines at one place leave both behind when they meet."""
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.strip()]

    assert [line for line, times in Counter(lines).items() if times > 1] == []


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    """Split it where a reader would turn the page."""
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in TREES}

    assert {str(path): count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Name its parts."""
    lines = [(f"{path}:{name}", count) for path, tree in TREES.items() for name, count in _functions(tree)]

    assert [(name, count) for name, count in lines if count > LONGEST] == []


def test_every_unit_test_stands_where_its_module_stands() -> None:
    """`test_engine.py` is about `engine.py`, `test_engine_frontier.py` about one side of it; the packs are data."""
    tests = sorted(path for path in UNIT.rglob("test_*.py") if path.parent not in (UNIT, UNIT / "policies"))

    assert [test.relative_to(UNIT).as_posix() for test in tests if not _has_module(test)] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.pattern)
def test_every_topic_has_writer_reader_schema_and_example(topic: Topic) -> None:
    """Of every type of event that it carries."""
    carried = CARRIED[topic.pattern]

    assert all([topic.writers, topic.readers, carried])
    for folder in ("schemas", "examples"):
        missing = [name for name in carried if not (ROOT / "contracts" / folder / f"{name}.json").is_file()]
        assert missing == []


def test_every_metric_has_a_sentence_and_a_name_of_its_own() -> None:
    """Prometheus would show two declarations of one name as one metric."""
    metrics = [metric for declarations in declared().values() for metric in declarations]

    assert [metric.name for metric in metrics if not re.fullmatch(r".{10,}\.", metric.help)] == []
    assert len({metric.name for metric in metrics}) == len(metrics)
    assert [metric.name for metric in metrics if (metric.kind == "counter") != metric.name.endswith("_total")] == []


def test_every_command_says_what_it_does() -> None:
    """Each of the table, and each below one; so does every option."""
    root = typer.main.get_command(build([]))
    commands = dict(_commands(root, ()))
    mute = [" ".join(path) for path, command in commands.items() if not command.help]
    unexplained = [
        (" ".join(path), parameter.name)
        for path, command in commands.items()
        for parameter in command.params
        if not getattr(parameter, "help", None) and parameter.name != "help"
    ]

    assert {(command.name,) for command in COMMANDS} <= commands.keys()
    assert mute == []
    assert unexplained == []


def test_every_decision_of_architecture_is_in_the_index() -> None:
    """By its own title, in order; and the index names no page that is not there."""
    folder = ROOT / "docs" / "adr"
    pages = sorted(folder.glob("[0-9]*.md"))
    listed = re.findall(
        r"^- \[(\d+)\. (.+)\]\((.+)\)$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert [page.name for page in pages] == [name for _, _, name in listed]
    assert [int(page.name[:4]) for page in pages] == [int(number) for number, _, _ in listed]
    assert len({number for number, _, _ in listed}) == len(listed), "a number stands for one decision"
    titles = [page.read_text(encoding="utf-8").partition("\n")[0] for page in pages]
    assert titles == [f"# {number}. {title}" for number, title, _ in listed]


def test_the_architecture_names_every_room_and_service() -> None:
    """With what it is for."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parts[0] for path in TREES if path.parts[0] != "services"}
    services = {f"services/{path.parts[1]}" for path in TREES if path.parts[0] == "services" and len(path.parts) > 2}

    assert [name for name in sorted(rooms | services) if f"| `{name}/` |" not in page] == []


def _has_module(test: Path) -> bool:
    room = ROOT / test.relative_to(UNIT).parent
    words = test.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    return any(
        (room / f"{name}.py").is_file() or (room / name).is_dir() or (room / f"{name.replace('_', '-')}.yaml").is_file()
        for name in names
    )


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*path, name))
