"""Keep the text of every pack that ever bound anybody, and read the law out of it, with the calendars.

A pack comes to be kept in two ways: as the first version of a pack that the installation brings along, and by the fact
that puts it into force, which carries its text. After that no file on disk is read again: what is edited there changes
nothing until it is activated, and a running clock's version can always be read back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.topics import PEOPLE_SOURCE
from services.escalation.core.calendar_changes import changed, read
from services.escalation.core.heard import ACTIVATED
from services.escalation.core.law import Law
from services.escalation.packs import PackFile, read_pack, work_calendar
from services.escalation.store import bulk, calendars


class Kept(NamedTuple):
    """A version of a pack; `activated_at` is None for one that nobody has put into force yet."""

    digest: str
    pack: str
    version: str
    committee: str
    activated_at: datetime | None


class _Activated(msgspec.Struct, frozen=True):
    """What is read of `policy.activated`; older ones carry no text."""

    policy: str = ""
    version: str = ""
    digest: str = ""
    text: str = ""
    by: str = ""
    document_no: str = ""


DAYS_NOTED: Final = 40
_activated_in: Final = msgspec.json.Decoder(_Activated).decode


class LawBook:
    """The law as the database keeps it; `brought` are the packs of the installation's folder."""

    def __init__(self, brought: Sequence[PackFile], divisions: Divisions) -> None:
        self._brought = tuple(brought)
        self._read: dict[str, PackFile] = {found.digest: found for found in brought}
        self._divisions = divisions
        self._calendar = work_calendar()
        self._kept: tuple[Kept, ...] = ()
        self._edition: calendars.Edition = (0, 0)
        self._law = self.brought

    @property
    def brought(self) -> Law:
        """The law of the folder alone, before the database has been asked."""
        return self._law_of([(found, None) for found in self._brought])

    def law(self, using: bulk.Cursor, *, writes: bool = True) -> Law:
        """The law that is kept now: the same object while it has not changed.

        Packs of the folder that nobody has kept yet are kept (with `writes`), and count either way.
        """
        rows, edition = self._all(using, writes=writes), calendars.edition(using)
        if (rows, edition) != (self._kept, self._edition):
            law = self._law_of([(self._pack(using, row), row.activated_at) for row in rows])
            for fact in calendars.changes(using) if edition != (0, 0) else ():
                law = changed(law, fact)
            self._law, self._kept, self._edition = law, rows, edition
        return self._law

    def packs(self, using: bulk.Cursor) -> list[tuple[Kept, PackFile]]:
        """Every version that is kept, in the order in which they became known."""
        return [(row, self._pack(using, row)) for row in self._all(using, writes=False)]

    def take_calendar(self, using: bulk.Cursor, fact: Fact) -> bool:
        """Keep what changes a committee's calendar; False where it is kept already, so that the law knows it.

        A ValueError says why it cannot be.
        """
        if calendars.progress(using, fact) is not None:
            return False
        changed(self._law, fact)
        calendars.keep(using, fact)
        said = read(bytes(fact.data))
        days = " ".join(one.day.isoformat() for one in said.days[:DAYS_NOTED])
        self._note(using, fact.committee, "calendar changed", said.by, str(said.year or ""), days, said.document_no)
        return True

    def take(self, using: bulk.Cursor, activation: Fact) -> bool:
        """Keep the pack that is put into force; False where it is kept already, so that the law knows it.

        A ValueError says why it cannot be: its text is none, or another text bears its id and version.
        """
        if activation.type != ACTIVATED:
            return False
        said = _activated_in(activation.data)
        if not said.text or (said.digest in self._read and self._in_force(said.digest)):
            return False
        found = read_pack(said.text.encode())
        if found.digest != said.digest or found.version != (said.policy, said.version):
            raise ValueError("its text is not the pack that it names")
        if found.pack.root != activation.committee:
            raise ValueError(f"the pack is of {found.pack.root}, the fact of {activation.committee}")
        for row in self._all(using, writes=False):
            if row.pack == found.pack.id and row.committee != found.pack.root:
                raise ValueError(
                    f"{row.pack} is the pack of {row.committee}: give that of {found.pack.root} its own id"
                )
            if (row.pack, row.version) == found.version and row.digest != found.digest:
                raise ValueError(
                    f"version {row.version} of {row.pack} is kept with another text: give it a new version"
                )
        self._read[found.digest] = found
        _keep(using, found, activation.time)
        about = " ".join(found.version)
        self._note(using, found.pack.root, "policy activated", said.by, about, found.digest, said.document_no)
        return True

    def _note(self, using: bulk.Cursor, root: str, act: str, by: str, about: str, *detail: str | None) -> None:
        """What binds a county from now on stands in its audit; `by` is what the fact says, and nobody's signature.

        Whose hand sent it stands there too, where a command of ours did.
        """
        said = " ".join(filter(None, (f"by {by or 'unknown'}", *detail)))
        using.execute(
            "SELECT access.note(%b, %b, %b, %b, %b)",
            (PEOPLE_SOURCE, act, about, said, list(self._divisions.columns_of(root))),
        )

    def _in_force(self, digest: str) -> bool:
        return any(row.digest == digest and row.activated_at is not None for row in self._kept)

    def _all(self, using: bulk.Cursor, *, writes: bool) -> tuple[Kept, ...]:
        rows = kept(using)
        known = {row.pack for row in rows}
        fresh = [found for found in self._brought if found.pack.id not in known]
        for found in fresh if writes else ():
            _keep(using, found, None)
        if fresh and writes:
            return kept(using)
        return (*rows, *(Kept(one.digest, *one.version, one.pack.root, None) for one in fresh))

    def _pack(self, using: bulk.Cursor, row: Kept) -> PackFile:
        if row.digest not in self._read:
            text = text_of(using, row.pack, row.version)
            self._read[row.digest] = read_pack(text or b"")
        return self._read[row.digest]

    def _law_of(self, packs: Sequence[tuple[PackFile, datetime | None]]) -> Law:
        """The first version of a pack binds from its own day, a later one not before it was put into force."""
        activated: dict[tuple[str, str], datetime] = {}
        seen: set[str] = set()
        for found, at in packs:
            if found.pack.id in seen and at is not None:
                activated[found.version] = at
            seen.add(found.pack.id)
        return Law([found.pack for found, _ in packs], self._divisions, self._calendar, activated=activated)


def kept(using: bulk.Cursor) -> tuple[Kept, ...]:
    """Every version that is kept, in the order in which they became known."""
    using.execute("SELECT digest, pack, version, committee, activated_at FROM pack ORDER BY place")
    return tuple(Kept(*row) for row in using.fetchall())


def text_of(using: bulk.Cursor, pack: str, version: str) -> bytes | None:
    """The text of a version as it was put into force, None where it is not kept."""
    using.execute("SELECT text FROM pack WHERE pack = %b AND version = %b", (pack, version))
    row = using.fetchone()
    return bytes(row[0]) if row else None


def _keep(using: bulk.Cursor, found: PackFile, activated_at: datetime | None) -> None:
    """Two workers may keep the same pack at once: with one key named, the other key would fail the later of them."""
    using.execute(
        """INSERT INTO pack (digest, pack, version, committee, text, activated_at)
        VALUES (%b, %b, %b, %b, %b, %b) ON CONFLICT DO NOTHING""",
        (found.digest, *found.version, found.pack.root, found.text, activated_at),
    )
    if activated_at is not None:
        using.execute(
            "UPDATE pack SET activated_at = %b WHERE digest = %b AND activated_at IS NULL", (activated_at, found.digest)
        )


__all__ = ["Kept", "LawBook", "kept", "text_of"]
