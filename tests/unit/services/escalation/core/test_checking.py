"""Checking packs: what is clean, what is strange, and who is held against whom; each sort of fault has tests of its own."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import divisions
from policies import files, tables
from services.escalation.core.checking import Known, PackText, check
from services.escalation.core.policy import parse_pack
from tests.unit.services.escalation.broken_packs import CITY, PACKS, ZONE, broken, known, text_of
from tests.unit.services.escalation.stories import all_divisions


def test_a_pack_without_fault_is_clean() -> None:
    """A city that exists nowhere and its zone, with every kind of part in them."""
    assert check([text_of(PACKS / CITY), text_of(PACKS / ZONE)], known()) == []


def test_the_shipped_packs_are_clean() -> None:
    """All six: no fault, and the one label of a notice that disagrees with its own dates (S1-01, trap T2)."""
    texts = [text_of(path) for path in files.pack_files()]

    found = check(texts, Known(tables.clauses(), all_divisions()))

    assert len(texts) == 6
    assert [(one.file, one.kind, one.message) for one in found] == [
        (
            "jiaxing-2020.yaml",
            "warning",
            "the label says 20天, 2020-03-25 to 2020-04-15 are 21 days (22 with the first one)",
        )
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            ZONE, "\nobligations:", "\nrules:\n  refusal: {clauses: [S2-23]}\n\nobligations:",
            "`rules` of a child pack binds nobody: nowhere-2024 alone decides them",
            id="rules of a child",
        ),
        pytest.param(
            CITY, "children: [nowhere-zone-2024]\n", "",
            "nowhere-2024 does not name nowhere-zone-2024 among its children: it would not come along",
            id="a child that its parent does not name",
        ),
        pytest.param(
            CITY, "targets:\n  - {id: alarms, title: 烟感报警器安装, goal: 500, unit_of_count: 个, due: 2024-12-31, clauses: [S0-12]}\n", "",
            "target_behind has no target to watch",
            id="a rule without anything to watch",
        ),
    ],
)  # fmt: skip
def test_what_is_idle_is_warned_of(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    """It harms nobody, and nobody would notice."""
    found, _ = broken(tmp_path, file, old, new)

    assert said in [one.message for one in found if one.kind == "warning"]


def test_the_same_pack_twice_is_refused(tmp_path: Path) -> None:
    """Two files of one id and version: nobody could say which binds."""
    copy = tmp_path / "copy.yaml"
    copy.write_text((PACKS / CITY).read_text(encoding="utf-8"), encoding="utf-8")

    found = check([text_of(PACKS / CITY), text_of(copy)], known(), [text_of(PACKS / ZONE)])

    assert [one.message for one in found] == [
        "copy.yaml is the pack nowhere-2024 version 1 too",
        "nowhere-2024.yaml is the pack nowhere-2024 version 1 too",
    ]


def test_relatives_are_read_and_not_judged(tmp_path: Path) -> None:
    """A child is held against its parent, whose own faults are not asked about."""
    faulty = tmp_path / CITY
    faulty.write_text((PACKS / CITY).read_text(encoding="utf-8").replace("S2-24", "S2-99"), encoding="utf-8")

    assert check([text_of(PACKS / ZONE)], known(), [text_of(faulty)]) == []


@pytest.mark.parametrize("key", ["rules", "obligations"])
def test_a_part_that_is_no_mapping_is_said_so(key: str) -> None:
    """A list where ids are wanted."""
    text = PackText("x.yaml", {key: ["overdue"]}, {(key,): 7})

    found = [one for one in check([text], known()) if one.line == 7]

    assert [one.message for one in found] == [f"`{key}` is no mapping"]


def test_an_unknown_root_is_refused() -> None:
    """A city that is in no table."""
    text = text_of(PACKS / CITY)

    found = check([text], Known(tables.clauses(), divisions.Divisions([])), [text_of(PACKS / ZONE)])

    assert [one.message for one in found] == ["the root 990100 is not in the division table"]


READ = files.marked(PACKS / CITY)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([place for place in READ.lines if place]),
    st.sampled_from([None, True, 1, -5, 3.7, "x", "2024-02-30", [], {}, [None], {"a": 1}]),
)
def test_whatever_is_written_is_answered(place: tuple[str | int, ...], value: object) -> None:
    """Any part replaced by anything: the check says something or nothing, and never lets a malformed pack pass."""
    raw = deepcopy(READ.raw)
    part: Any = raw
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value

    found = check([PackText(CITY, raw, READ.lines)], known(), [text_of(PACKS / ZONE)])

    try:
        parse_pack(raw)
    except ValueError:
        assert [one for one in found if one.kind == "fault"] != []
