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
    """A pack with the SHA-256 of its text, in hex, and the text itself: YAML in UTF-8."""

    pack: Pack
    digest: str
    text: bytes

    @property
    def version(self) -> tuple[str, str]:
        """Its id and version: no other text may bear them."""
        return self.pack.id, self.pack.version


def read_packs(folder: Path | None) -> tuple[PackFile, ...]:
    """Read every pack of the folder (None: those that ship); a ValueError names the file and what is wrong in it."""
    found = []
    for path in files.pack_files(folder):
        try:
            found.append(read_pack(path.read_bytes()))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    return tuple(found)


def read_pack(text: bytes) -> PackFile:
    """Read one pack from its text; a ValueError says what is wrong in it."""
    return PackFile(parse_pack(files.parse(text, "the text")), hashlib.sha256(text).hexdigest(), text)


def law_of(packs: Sequence[PackFile], divisions: Divisions) -> Law:
    """The law that these packs are."""
    return Law([found.pack for found in packs], divisions, work_calendar())


def work_calendar() -> WorkCalendar:
    """The days that the State Council's notices set apart, with which every installation begins."""
    days = {day: worked for day, worked in tables.workdays().items() if day.year <= tables.SEEDED_THROUGH}
    festivals = {day: name for day, name in tables.festivals().items() if day.year <= tables.SEEDED_THROUGH}
    return WorkCalendar(days, frozenset(day.year for day in days), festivals)
