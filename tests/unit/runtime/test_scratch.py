"""What is put aside lies in a file without a name, which nobody else finds and which goes by itself."""

import sqlite3
from pathlib import Path

import pytest

from runtime.scratch import ScratchFile


class Numbers(ScratchFile):
    """A file of numbers."""

    def __init__(self) -> None:
        super().__init__("CREATE TABLE number (n INTEGER, room BLOB)")

    def put(self, *numbers: int) -> None:
        """Keep some."""
        self._db.executemany("INSERT INTO number VALUES (?, zeroblob(1000))", [(number,) for number in numbers])

    def total(self) -> int:
        """Their sum."""
        (total,) = self._db.execute("SELECT sum(n) FROM number").fetchone()
        return int(total)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even while it is open and larger than what it keeps in memory, and so not after a crash."""
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with Numbers() as numbers:
        numbers.put(*range(20_001))

        assert numbers.total() == 20_001 * 10_000
        assert list(tmp_path.iterdir()) == []


def test_what_is_closed_is_gone() -> None:
    """Nothing reads it any more, and another one is empty."""
    with Numbers() as numbers:
        numbers.put(1, 2)

    with pytest.raises(sqlite3.ProgrammingError):
        numbers.total()
    with Numbers() as other:
        other.put(3)
        assert other.total() == 3
