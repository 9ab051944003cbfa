"""Put aside what memory need not hold: a database in a file that nobody else sees and that goes when it is closed."""

import sqlite3
from types import TracebackType
from typing import Final, Self

CACHE_KILOBYTES: Final = 8_000
"""What one such file keeps of itself in memory, however much it holds."""


class ScratchFile:
    """A context manager around one connection; nothing of it outlives the process, not even a crash of it."""

    def __init__(self, tables: str) -> None:
        """`tables`: the statements that make them."""
        self._db = sqlite3.connect("", isolation_level=None)  # without a name: a temporary file, unlinked at once
        self._db.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KILOBYTES}; {tables}"
        )
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
