"""No clause of the five notices is forgotten, and the page of clauses says where each is held."""

from pathlib import Path

import pytest

from bihuan.clauses_page import Held, clauses_page, holdings, named_by_tests, trap_tests
from policies import tables
from policies.tables import ClauseRow

ROOT = Path(__file__).parents[3]
TEXT = '''"""A module (S0-01)."""

import pytest

TABLE = [pytest.param(1, id="S0-02: a table above")]


def test_one() -> None:
    """It holds S0-03 and S2-28..30."""


@pytest.mark.parametrize("n", [pytest.param(1, id="S0-04: beside")])
def test_two(n: int) -> None:
    """Nothing here."""


@pytest.mark.parametrize("n", [{"clauses": ["S0-08"]}])
def test_four(n: int) -> None:
    """A clause deeper in a row is part of what is tested with."""


@pytest.mark.parametrize(("clause", "n"), [("S0-05", 1)])
def test_five(clause: str, n: int) -> None:
    """Nothing here."""


@pytest.mark.parametrize("n", TABLE)
def test_three(n: int) -> None:
    """Nothing here."""


def helper() -> None:
    """S0-09 of a helper is held by nothing."""
'''


def test_no_clause_is_forgotten() -> None:
    """Each has a test that names it, or an entry in policies/clauses.csv that names what will hold it."""
    assert [one.row.clause for one in holdings(ROOT) if one.state == "forgotten"] == []


def test_no_trap_is_forgotten() -> None:
    """Each of the sixteen has a test of its name, or an entry in policies/traps.csv."""
    held = trap_tests(ROOT / "tests")

    assert len(tables.traps()) == 16
    assert [trap for trap, row in tables.traps().items() if trap not in held and not row.held_by] == []


def test_most_clauses_are_held() -> None:
    """By a test that names the clause."""
    assert len([one for one in holdings(ROOT) if one.tests]) >= 115


def test_what_a_test_names_is_found(tmp_path: Path) -> None:
    """In its docstring, its module's, or its table of parameters; a range names each clause in it."""
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_sample.py").write_text(TEXT, encoding="utf-8")

    assert named_by_tests(tmp_path / "tests") == {
        "S0-01": ["tests/unit/test_sample.py"],
        "S0-02": ["tests/unit/test_sample.py::test_three"],
        "S0-03": ["tests/unit/test_sample.py::test_one"],
        "S0-04": ["tests/unit/test_sample.py::test_two"],
        "S0-05": ["tests/unit/test_sample.py::test_five"],
        **{f"S2-{n}": ["tests/unit/test_sample.py::test_one"] for n in (28, 29, 30)},
    }


@pytest.mark.parametrize(
    ("tests", "held_by", "expected"),
    [
        (("t",), "", "held"),
        (("t",), "letters", "partly held"),
        ((), "letters", "open"),
        ((), "", "forgotten"),
    ],
)
def test_a_clause_has_a_state(tests: tuple[str, ...], held_by: str, expected: str) -> None:
    """By its tests and its entry."""
    assert Held(ClauseRow("S0-01", "n", "q", "b", held_by), (), tests).state == expected


def test_a_clause_is_one_row_of_the_page(tmp_path: Path) -> None:
    """With its words, where the packs cite it, its tests (a few by name) and its state."""
    folder = tmp_path / "tests"
    folder.mkdir()
    for number in range(6):
        (folder / f"test_{number}.py").write_text('"""S2-23."""\n', encoding="utf-8")

    row = next(line for line in clauses_page(tmp_path).splitlines() if line.startswith("| S2-23 |"))

    assert row == (
        "| S2-23 | 对拒不配合整改企业，依法给予责令停产停业 | proposal | wenling-2023: rules.refusal"
        " | `test_0.py`<br>`test_1.py`<br>`test_2.py`<br>`test_3.py`<br>and 2 more | held |"
    )
