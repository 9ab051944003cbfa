"""Facts that hold the published files to the code: a change of contract is a change that somebody made on purpose."""

from pathlib import Path

import pytest

from contracts.events.table import EVENT_TYPES
from contracts.generate import broken, published

ROOT = Path(__file__).parents[2]
FILES = published(ROOT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generated_files_are_up_to_date(path: Path) -> None:
    """Run `python -m contracts.generate` after a change of the models."""
    assert FILES[path] == path.read_text(encoding="utf-8")


def test_no_frozen_schema_is_broken() -> None:
    """Only optional fields and words are added within a version."""
    assert broken(ROOT) == {}


@pytest.mark.parametrize("folder", ["schemas", "examples"])
def test_no_file_without_a_type(folder: str) -> None:
    """A type that goes is withdrawn on purpose, not left behind."""
    assert {f"{name}.json" for name in EVENT_TYPES} == {path.name for path in (ROOT / "contracts" / folder).iterdir()}
