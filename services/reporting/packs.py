"""Read the policy packs for what forms need of them, once at the start."""

from pathlib import Path

from policies import files
from services.reporting.core.charter import Charter, read_charter


def charters(folder: Path | None) -> tuple[Charter, ...]:
    """The charter of every pack of the folder (None: the one that ships)."""
    return tuple(read_charter(raw) for _, raw in files.packs(folder) if "root" in raw)
