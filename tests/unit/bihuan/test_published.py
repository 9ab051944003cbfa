"""What is generated stands in the repository as it would be written now."""

from pathlib import Path

import pytest

from bihuan import published

ROOT = Path(__file__).parents[3]


def test_what_is_generated_is_fresh() -> None:
    """Otherwise run `make contracts` and look at what changed."""
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in published.published(ROOT).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]

    assert stale == []


def test_it_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run writes every file, the second none."""
    assert (published.main(tmp_path), published.main(tmp_path)) == (0, 0)
    written = capsys.readouterr().out.splitlines()

    assert written == [f"wrote {path.relative_to(tmp_path)}" for path in published.published(tmp_path)]
