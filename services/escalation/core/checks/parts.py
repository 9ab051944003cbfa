"""Take a pack's text apart: the parts that are well formed, and where in the file each stands."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from contracts.divisions import Divisions
from services.escalation.core.policy import Obligation
from services.escalation.core.terms import RuleParameters

Place = tuple[str | int, ...]


class Fault(NamedTuple):
    """One thing that is wrong (`fault`) or strange (`warning`): where, what, and how to mend it."""

    file: str
    line: int
    kind: Literal["fault", "warning"]
    code: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}: {self.message}. Mend: {self.mend}. [{self.code}]"


@dataclass(frozen=True, slots=True)
class PackText:
    """A pack as it was read: `lines` gives places their line, `repeated` the keys that stand twice with theirs."""

    file: str
    raw: Mapping[str, Any]
    lines: Mapping[Place, int]
    repeated: tuple[tuple[Place, int], ...] = ()

    def line_of(self, place: Place) -> int:
        """The line of the place, or of the nearest part around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


@dataclass(frozen=True, slots=True)
class Known:
    """What stands outside the pack: the clauses there are, and the division table."""

    clauses: Collection[str]
    divisions: Divisions


@dataclass(slots=True)
class Parts:
    """The well-formed parts of a pack; what is malformed is missing here and has its own fault.

    `head` holds the values of every key but `rules` and `obligations`.
    """

    text: PackText
    known: Known
    head: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, RuleParameters] = field(default_factory=dict)
    obligations: dict[str, Obligation] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """A part of the head, None where it is absent or malformed."""
        return self.head.get(key)

    def list_of(self, key: str) -> tuple[Any, ...]:
        """A list of the head, empty where it is absent or malformed."""
        return tuple(self.head.get(key) or ())

    def fault(self, code: str, place: Place, message: str, mend: str) -> Fault:
        """A fault at a place of this pack."""
        return Fault(self.text.file, self.text.line_of(place), "fault", code, message, mend)

    def warning(self, code: str, place: Place, message: str, mend: str) -> Fault:
        """A warning at a place of this pack."""
        return Fault(self.text.file, self.text.line_of(place), "warning", code, message, mend)


def suggestion(word: str, known: Collection[str], what: str) -> str:
    """Which known word was probably meant, else the list of them."""
    near = get_close_matches(word, [str(one) for one in known], n=1)
    if near:
        return f"write {near[0]}"
    return f"use one of these {what}: {', '.join(sorted(str(one) for one in known)) or 'there are none'}"


def each(value: Any, key: str, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value under `key` anywhere in a parsed file, with its place."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == key:
                yield (*place, name), part
            yield from each(part, key, (*place, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from each(part, key, (*place, number))
