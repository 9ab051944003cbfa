"""Place a division code in the administrative tree by table, never by cutting zeros off the code."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Final, NamedTuple, Self

from contracts.vocabulary import Level

COLUMNS: Final = ("code", "name", "parent", "level", "valid_from", "valid_to", "replaced_by")
ZONE: Final = "zone"
"""In the table a zone says so; by its code it stands as a county (6 digits) or as a town (9 digits)."""

_COUNTY_DIGITS: Final = 6
_PREFIXES: Final = ((9, ""), (6, ""), (4, "00"), (2, "0000"))


class TenantColumns(NamedTuple):
    """The four columns by which rows are found and guarded; a level that does not apply is empty."""

    province: str
    city: str
    county: str
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """One row of the code table; `replaced_by` names the code that took over from a retired one."""

    code: str
    name: str
    parent: str
    level: Level
    is_zone: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""


class Divisions:
    """The code table, with questions about any code: one that is not in the table stands under its nearest prefix."""

    def __init__(self, rows: Iterable[Division]) -> None:
        self._rows: dict[str, Division] = {row.code: row for row in rows}
        self._above: dict[str, tuple[Division, ...]] = {}

    @classmethod
    def parse(cls, rows: Iterable[Mapping[str, str]]) -> Self:
        """Read rows keyed by COLUMNS; a ValueError names the row that repeats a code or hangs under nothing above it."""
        found: dict[str, Division] = {}
        for row in rows:
            division = _division(row)
            if division.code in found:
                raise ValueError(f"division {division.code} stands twice in the table")
            found[division.code] = division
        for division in found.values():
            above = found.get(division.parent)
            if division.level is not Level.PROVINCE and (above is None or not _is_above(above, division)):
                raise ValueError(
                    f"division {division.code} {division.name}: parent {division.parent!r} is not above it"
                )
        return cls(found.values())

    def __iter__(self) -> Iterator[Division]:
        """Yield every row in the order of the table."""
        return iter(self._rows.values())

    def get(self, code: str) -> Division | None:
        """Return the row of this very code, retired ones included."""
        return self._rows.get(code)

    def known(self, code: str) -> bool:
        """Whether the table has this very code; callers accept and flag a code that it has not."""
        return code in self._rows

    def nearest(self, code: str) -> Division | None:
        """Return the row of the code, else of the nearest division whose prefix it carries, else None."""
        for digits, zeros in ((len(code), ""), *_PREFIXES):
            row = self._rows.get(code[:digits] + zeros)
            if row is not None:
                return row
        return None

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """Return what stands above the code, nearest first; for an unknown code that begins with its nearest."""
        found = self._above.get(code)
        if found is None:
            found = self._climb(code)
            if code in self._rows:  # of those the table has there is an end
                self._above[code] = found
        return found

    def _climb(self, code: str) -> tuple[Division, ...]:
        row = self.nearest(code)
        chain = [] if row is None or row.code == code else [row]
        while row is not None and row.parent:
            row = self._rows[row.parent]
            chain.append(row)
        return tuple(chain)

    def level_of(self, code: str) -> Level:
        """Return the level of the unit: by the table, else a town where the code is longer than a county's."""
        row = self._rows.get(code)
        if row is not None:
            return row.level
        return Level.TOWN if len(code) > _COUNTY_DIGITS else Level.COUNTY

    def columns_of(self, code: str) -> TenantColumns:
        """Return province, city, county and the code itself, as they stand in every table of a service."""
        at = {above.level: above.code for above in self.ancestors(code)} | {self.level_of(code): code}
        return TenantColumns(at.get(Level.PROVINCE, ""), at.get(Level.CITY, ""), at.get(Level.COUNTY, ""), code)

    def is_within(self, code: str, scope: str) -> bool:
        """Whether the unit is the scope or lies below it."""
        return code.startswith(scope) or any(above.code == scope for above in self.ancestors(code))

    def full_name(self, code: str) -> str:
        """Return the names from the city down (from the province where no city stands between), such as 台州市温岭市."""
        row = self._rows.get(code)
        name = row.name if row is not None else code
        above = list(reversed(self.ancestors(code)))
        below_province = Level.CITY in {self.level_of(code), *(division.level for division in above)}
        return "".join(division.name for division in (above[1:] if below_province else above)) + name


def load() -> Divisions:
    """Read the table that ships with the policies."""
    table = resources.files("policies").joinpath("divisions.csv").read_text(encoding="utf-8")
    return Divisions.parse(csv.DictReader(table.splitlines()))


def _division(row: Mapping[str, str]) -> Division:
    code, word = row["code"], row["level"]
    of_zone = Level.TOWN if len(code) > _COUNTY_DIGITS else Level.COUNTY
    return Division(
        code=code,
        name=row["name"],
        parent=row["parent"],
        level=of_zone if word == ZONE else Level(word),
        is_zone=word == ZONE,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        replaced_by=row["replaced_by"],
    )


def _is_above(above: Division, below: Division) -> bool:
    rungs = list(Level)
    return rungs.index(above.level) > rungs.index(below.level)
