"""Say where the one-machine runtime keeps its files, so that no other module joins paths of its own."""

import os
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders below `.local` in the clone (or below BIHUAN_LOCAL_DIR)."""

    state: Path

    @property
    def kafka(self) -> Path:
        """Working folder of the broker; every path it is told is relative to this."""
        return self.state / "kafka"

    @property
    def jars(self) -> Path:
        """The broker's jars, laid out as a Maven cache."""
        return self.kafka / "jars"

    @property
    def postgres(self) -> Path:
        """Working folder of the database server: data, password, marker."""
        return self.state / "postgres"

    @property
    def logs(self) -> Path:
        """One rotated file per program."""
        return self.state / "logs"

    @property
    def data(self) -> Path:
        """Small files of the services."""
        return self.state / "data"


def places() -> Places:
    """Return the folders of this clone; BIHUAN_LOCAL_DIR puts them elsewhere."""
    return Places(state=Path(os.environ.get("BIHUAN_LOCAL_DIR") or CLONE / ".local").resolve())
