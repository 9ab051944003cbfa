"""Say who writes letters: the name on the head, the mark before the number, and how long an answer may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contracts.divisions import Divisions
from contracts.vocabulary import LetterKind, Level
from services.notify.core.letters.letter import RESTRICTED
from services.notify.core.letters.numerals import Numerals

OFFICE: Final = "安全生产委员会办公室"
SHORT_OFFICE: Final = "安委办"
_SUFFIXES: Final = ("街道", "市", "县", "区", "镇", "乡")
_LONGEST_REPLY: Final = 365  # days


class InvalidLetterRules(Exception):
    """The file of letters cannot be used; the message names the place and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """One organ that writes letters.

    `code` is its division; `name` signs below the text; `head` stands in red above it; `mark` precedes the year of the
    number (发文机关代字); `numerals` is how it writes the date of issue; `superiors` are the divisions above it.
    """

    code: str
    name: str
    head: str
    mark: str
    numerals: Numerals = "chinese"
    superiors: frozenset[str] = frozenset()


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    mark: str
    head: str = ""
    numerals: Numerals = "chinese"


class _Copies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kinds: tuple[LetterKind, ...]
    groups: Mapping[str, tuple[tuple[str, ...], ...]]


class Hint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person has to decide before a letter of this kind about a newly found hazard is signed; its clause.

    `tenant`: of this division and all below it.
    """

    kind: LetterKind
    tenant: str
    words: str
    clause: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    reply_within_days: Mapping[LetterKind, int]
    discipline: str
    police: str = "公安局"
    organs: Mapping[str, _Entry] = {}
    copies: _Copies | None = None
    hints: tuple[Hint, ...] = ()


class LetterRules:
    """Who writes, and within how many days an answer is due, as the file `letters.yaml` of the policies says."""

    def __init__(self, file: _File, divisions: Divisions) -> None:
        self._entries = file.organs
        self._divisions = divisions
        self.reply_within = dict(file.reply_within_days)
        self.discipline = file.discipline
        self._police = file.police
        self._copies = file.copies
        self.hints = file.hints

    def organ(self, code: str) -> Organ:
        """The committee's office of a division: as the file names it, else by its division's name."""
        entry = self._entries.get(code)
        own, above = self._names(code)
        name = entry.name if entry else f"{above}{own}{OFFICE}"
        mark = entry.mark if entry else f"{_bare(own)}{SHORT_OFFICE}"
        return Organ(
            code=code,
            name=name,
            head=(entry.head if entry else "") or f"{name}文件",
            mark=mark,
            numerals=entry.numerals if entry else "chinese",
            superiors=frozenset(above.code for above in self._divisions.ancestors(code)),
        )

    def standing_copies(self, kind: LetterKind, organ: str) -> tuple[tuple[str, ...], ...]:
        """Who is always to know of an organ's letters of this kind: groups of units, in the order of the paper."""
        if self._copies is None or kind not in self._copies.kinds:
            return ()
        return self._copies.groups.get(organ, ())

    def name_of(self, unit: str) -> str:
        """How a unit is written as an addressee: a division's committee office, else the unit's own name."""
        return self.organ(unit).name if unit.isdigit() else unit

    def police_of(self, code: str) -> str:
        """The police of a division, to whom a suspected crime is handed."""
        own, above = self._names(code)
        return f"{above}{own}{self._police}"

    def government_of(self, code: str) -> str:
        """Who governs a division: its people's government, a street's office, a zone's committee."""
        own, above = self._names(code)
        row = self._divisions.get(code)
        if row is not None and row.is_zone:
            return f"{above}{own}管理委员会"
        return f"{above}{own}办事处" if own.endswith("街道") else f"{above}{own}人民政府"

    def _names(self, code: str) -> tuple[str, str]:
        """A division's own name, and what has to stand before it: the one above for towns and zones."""
        row = self._divisions.get(code)
        if row is None:
            return code, ""
        above = self._divisions.ancestors(code)
        return row.name, above[0].name if above and (row.is_zone or row.level is Level.TOWN) else ""


def letter_rules_from(document: Any, divisions: Divisions) -> LetterRules:
    """Check a parsed file; raises `InvalidLetterRules`."""
    try:
        file = msgspec.convert(document, _File)
    except msgspec.ValidationError as error:
        raise InvalidLetterRules(str(error)) from error
    if file.version != 1:
        raise InvalidLetterRules(f"version {file.version} is not known: this release reads version 1")
    for kind, days in file.reply_within_days.items():
        if not 0 < days <= _LONGEST_REPLY:
            raise InvalidLetterRules(f"reply_within_days.{kind.value}: {days} days; write 1 to {_LONGEST_REPLY}")
    for code, entry in file.organs.items():
        if not (code.isascii() and code.isdigit()):
            raise InvalidLetterRules(f"organs.{code}: name a division by its code, in quotes")
        if not entry.name or not entry.mark:
            raise InvalidLetterRules(f"organs.{code}: name and mark must not be empty")
    if file.copies is not None:
        _check_copies(file.copies)
    return LetterRules(file, divisions)


def _check_copies(copies: _Copies) -> None:
    for kind in sorted(RESTRICTED & set(copies.kinds)):
        raise InvalidLetterRules(f"copies.kinds: a {kind} is seen by its addressees alone: take it out")
    for code, groups in copies.groups.items():
        if not (code.isascii() and code.isdigit()):
            raise InvalidLetterRules(f"copies.groups.{code}: name a division by its code, in quotes")
        if not all(groups) or not all(unit for group in groups for unit in group):
            raise InvalidLetterRules(f"copies.groups.{code}: a group or a name in it is empty")


def _bare(name: str) -> str:
    """A division's name without the word that says what it is: 温岭 of 温岭市."""
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix) and len(name) > len(suffix) + 1), "")
    return name.removesuffix(suffix)
