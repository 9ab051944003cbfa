"""Say which rows a division code covers: one column of the four that every row carries."""

from typing import Final, Literal, NamedTuple

from contracts.divisions import Divisions
from contracts.vocabulary import Level
from services.reporting.core.summary import AreaColumn

ScopeColumn = Literal["", "province", "city", "county", "tenant"]


class Scope(NamedTuple):
    """`column` holds `code` in every row of the scope; an empty column means every row.

    `county` is where a town lies, so that its rows are looked for among those of its county.
    """

    column: ScopeColumn = ""
    code: str = ""
    county: str = ""


EVERYTHING: Final = Scope()

_COLUMNS: Final[dict[Level, ScopeColumn]] = {
    Level.PROVINCE: "province",
    Level.CITY: "city",
    Level.COUNTY: "county",
    Level.TOWN: "tenant",
}


def scope_of(code: str, divisions: Divisions) -> Scope:
    """The scope of a division code; a code that the table does not know covers its own rows only."""
    if not code:
        return EVERYTHING
    if not divisions.known(code):
        return Scope("tenant", code)
    column = _COLUMNS[divisions.level_of(code)]
    return Scope(column, code, divisions.columns_of(code).county if column == "tenant" else "")


def name_of(code: str, divisions: Divisions) -> str:
    """What a page calls the area: its name, else its code."""
    division = divisions.get(code)
    return division.name if division else code or "未注明"


def area_name(code: str, scope: Scope, column: AreaColumn, divisions: Divisions) -> str:
    """The name of one area of a scope; what lies at the scope's own level is said so (市本级)."""
    if not code or code == scope.code:
        return f"{name_of(code or scope.code, divisions)}本级" if scope.code else "未注明"
    own_level = column == "tenant" and divisions.level_of(code) is not Level.TOWN
    return f"{name_of(code, divisions)}本级" if own_level else name_of(code, divisions)
