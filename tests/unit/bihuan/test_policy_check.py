"""`bihuan policy check`: what it prints, and how it ends."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bihuan import main, policy_check
from bihuan.simulate import read_divisions
from policies import files
from tests.unit.services.escalation.broken_packs import CITY, PACKS, ZONE


def said(*arguments: str) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(main.build(["policy"]), ["policy", "check", *arguments])
    return ended.exit_code, ended.output.splitlines()


def test_the_shipped_packs_are_clean() -> None:
    """The whole folder may be asked for: routes and letters are no packs, and one notice's label disagrees with its own dates."""
    folder = files.folder()

    code, lines = said(*map(str, sorted(folder.glob("*.yaml"))))

    assert code == 0
    beside = [f"{folder / f'{name}.yaml'}: no pack, left out" for name in sorted(files.BESIDE_PACKS)]
    assert lines[: len(beside)] == beside
    assert [line.partition(": ")[0] for line in lines[len(beside) : -1]] == [f"{folder / 'jiaxing-2020.yaml'}:17"]
    assert lines[-1] == "6 packs checked: 0 faults, 1 warnings"


def test_a_fault_ends_with_one(tmp_path: Path) -> None:
    """The line can be clicked: file, line, what is wrong, how to mend it."""
    path = tmp_path / "town.yaml"
    text = (PACKS / CITY).read_text(encoding="utf-8").replace("children: [nowhere-zone-2024]\n", "")
    path.write_text(text.replace("  due_soon:", "  due_sooon:"), encoding="utf-8")

    code, lines = said(str(path), "--tenants", str(PACKS / "divisions.csv"))

    assert code == 1
    assert lines == [
        f"{path}:44: fault: unknown rule 'due_sooon'. Mend: write due_soon. [unknown_rule]",
        "1 packs checked: 1 faults, 0 warnings",
    ]


def test_relatives_are_found_beside_the_file() -> None:
    """A child is held against the parent that lies in the same folder."""
    found = policy_check.faults([PACKS / ZONE], read_divisions(PACKS / "divisions.csv"))

    assert found == []


def test_what_is_no_yaml_is_a_fault(tmp_path: Path) -> None:
    """And the other files are still checked."""
    path = tmp_path / "broken.yaml"
    path.write_text("id: [\n", encoding="utf-8")

    found = policy_check.faults([path, PACKS / CITY], read_divisions(PACKS / "divisions.csv"))

    assert [(one.line, one.code) for one in found] == [(2, "unreadable")]


def test_a_broken_file_beside_is_not_asked_about(tmp_path: Path) -> None:
    """Only the files named are judged."""
    (tmp_path / "other.yaml").write_text("- no pack\n", encoding="utf-8")
    for name in (CITY, ZONE):
        (tmp_path / name).write_text((PACKS / name).read_text(encoding="utf-8"), encoding="utf-8")

    assert policy_check.faults([tmp_path / CITY], read_divisions(PACKS / "divisions.csv")) == []


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    """Exit code 2."""
    assert said("nothing.yaml")[0] == 2


@pytest.mark.parametrize("kind", ["warning", "fault"])
def test_the_codes_are_words(kind: str) -> None:
    """A program may look at the word in brackets at the end of a line."""
    found = policy_check.faults(files.pack_files(), read_divisions(None))

    assert {one.code for one in found if one.kind == kind} == ({"label_disagrees"} if kind == "warning" else set())
