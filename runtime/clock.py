"""The only place where the time of day, monotonic time and fresh ids come from."""

import datetime as dt
import os
import time
import uuid
from pathlib import Path
from typing import Protocol

UTC = dt.UTC


class Clock(Protocol):
    """What a process asks for time and ids; tests pass a `runtime.testing.ManualClock`."""

    def now(self) -> dt.datetime:
        """The instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment of this process; never goes back."""
        ...

    def uuid(self) -> uuid.UUID:
        """A fresh id, ordered by the instant it was made at (UUID version 7)."""
        ...


class SystemClock:
    """The machine's clock, or the one a file describes (`BIHUAN_CLOCK_FILE`: tests and demonstrations only).

    The file holds either a signed number of seconds to add (`+86400`) or one fixed instant in RFC 3339.
    It is read again whenever it changes; without a file, or while the file is missing, the machine rules.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._offset = dt.timedelta()
        self._fixed: dt.datetime | None = None

    def now(self) -> dt.datetime:
        """The instant, aware, in UTC."""
        if self._file is not None:
            self._read_file(self._file)
        return self._fixed or dt.datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Seconds of `time.monotonic`: a file never bends it, so timeouts stay true."""
        return time.monotonic()

    def uuid(self) -> uuid.UUID:
        """A UUID version 7 at `now()`."""
        return uuid_at(self.now(), os.urandom(10))

    def _read_file(self, file: Path) -> None:
        try:
            status = file.stat()
            if (status.st_mtime_ns, status.st_size) == self._seen:
                return
            word = file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            self._seen, self._fixed, self._offset = None, None, dt.timedelta()
            return
        self._fixed, self._offset = parse_clock_word(word)
        self._seen = (status.st_mtime_ns, status.st_size)


def parse_clock_word(word: str) -> tuple[dt.datetime | None, dt.timedelta]:
    """(fixed instant or None, offset) of a clock file's word; an empty word means the machine's time."""
    if not word:
        return None, dt.timedelta()
    if word[0] in "+-":
        return None, dt.timedelta(seconds=float(word))
    fixed = dt.datetime.fromisoformat(word)
    if fixed.tzinfo is None:
        message = f"the clock file's instant has no offset: {word}"
        raise ValueError(message)
    return fixed.astimezone(UTC), dt.timedelta()


def uuid_at(instant: dt.datetime, noise: bytes) -> uuid.UUID:
    """UUID version 7 of an aware instant and ten bytes of noise (RFC 9562)."""
    milliseconds = int(instant.timestamp() * 1000) & ((1 << 48) - 1)
    value = milliseconds << 80 | int.from_bytes(noise)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
