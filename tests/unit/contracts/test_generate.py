"""Facts about writing the generated files."""

import json
import shutil
from pathlib import Path

import pytest

from contracts import generate

ROOT = Path(__file__).parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository that holds the examples only."""
    shutil.copytree(ROOT / "contracts" / "examples", tmp_path / "contracts" / "examples")
    return tmp_path


def test_what_is_missing_is_written_once(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run writes every file, the second none."""
    assert generate.main(copy) == 0
    first = capsys.readouterr().out.splitlines()
    assert generate.main(copy) == 0
    second = capsys.readouterr().out

    assert len(generate.published(copy)) == len(first)
    assert second == ""


def test_a_schema_that_would_break_is_not_written(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who knew a field that is gone is told to make a new version, and nothing changes."""
    generate.main(copy)
    path = generate.schema_path(copy, "hazard.closed.v1")
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["definitions"]["HazardClosed"]["properties"]["seal_no"] = {"type": "string"}
    frozen = json.dumps(schema)
    path.write_text(frozen, encoding="utf-8")

    assert generate.main(copy) == 1
    assert "/seal_no: removed or renamed" in capsys.readouterr().err
    assert frozen == path.read_text(encoding="utf-8")
