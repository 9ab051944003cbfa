"""SECURITY.md names tests that exist, and leaves no item of the lists out."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(
    set(re.findall(r"`((?:unit|integration|contract|e2e|faults|tools|secured)/[\w/.]+\.py(?:::\w+)?)`", PAGE))
)


@pytest.mark.parametrize("named", NAMED)
def test_every_test_that_is_named_exists(named: str) -> None:
    """A row whose test was renamed or taken out proves nothing any more."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}

    assert name in there if name else any(each.startswith("test_") for each in there)


def test_every_row_of_every_table_names_one() -> None:
    """What nobody shows is only said."""
    tables = PAGE[PAGE.index("## Threat model") : PAGE.index("## What is not there")]
    rows = [line for line in tables.splitlines() if line.startswith("| ") and "which test shows it" not in line]

    assert [row for row in rows if not re.search(r"`[\w/.]+\.py", row)] == []
    assert len(rows) > 40


@pytest.mark.parametrize("item", [f"API{number} " for number in range(1, 11)])
def test_every_item_of_the_top_ten_has_its_row(item: str) -> None:
    """OWASP API Security Top 10, 2023."""
    assert PAGE.count(f"| {item}") == 1


def test_the_lists_are_long_enough_to_be_read() -> None:
    """Enough rows were found for these tests to mean something."""
    assert len(NAMED) > 50
