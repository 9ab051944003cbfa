"""Read an installation's policy packs into the law that escalation decides by."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from contracts.divisions import Divisions
from policies import files, tables
from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack, parse_pack


class PackFile(NamedTuple):
    """A pack with the SHA-256 of its file, in hex."""

    pack: Pack
    digest: str


def read_packs(folder: Path | None) -> tuple[PackFile, ...]:
    """Read every pack of the folder (None: those that ship); a ValueError names the file and what is wrong in it."""
    found = []
    for path in files.pack_files(folder):
        try:
            pack = parse_pack(files.read(path))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        found.append(PackFile(pack, hashlib.sha256(path.read_bytes()).hexdigest()))
    return tuple(found)


def law_of(packs: Sequence[PackFile], divisions: Divisions) -> Law:
    """The law that these packs are."""
    return Law([found.pack for found in packs], divisions, work_calendar())


def work_calendar() -> WorkCalendar:
    """The days that the State Council's notices set apart, as the table that ships has them."""
    days = tables.workdays()
    return WorkCalendar(days, frozenset(day.year for day in days))
