"""Say in SQL which rows somebody sees who asks through an API: those of their tenants, and of their sectors.

The conditions stand in the policies of row security; `{table}` is the table's name.
"""

from typing import Final

COLUMNS: Final = ("province", "city", "county", "tenant")

EVERYTHING: Final = "current_setting('bihuan.tenants', true) = '*'"
"""Whether a transaction acts everywhere."""

SECTOR: Final = "sector"
"""A table with this column beside the four is seen by sectors too, where somebody's roles are limited to some."""

OF_SECTORS: Final = (
    "(coalesce(current_setting('bihuan.limits', true), '') = ''"
    " OR (SELECT string_to_array(current_setting('bihuan.limits', true), chr(10))) && ARRAY['*', {places}, {limited}])"
)

SEEN: Final = (
    "(SELECT string_to_array(current_setting('bihuan.tenants', true), ',')) && "
    "ARRAY['*', {table}.province, {table}.city, {table}.county, left({table}.tenant, 9), {table}.tenant]"
)
"""Nothing where no scope is set; '*' sees everything. The setting is read once a statement."""


def seen(columns: frozenset[str]) -> str:
    """The condition on the tenant columns, and on the sector where a row bears one."""
    if SECTOR not in columns:
        return SEEN
    places = [f"{{table}}.{name}" for name in COLUMNS] + ["left({table}.tenant, 9)"]
    limited = ", ".join(f"{place} || '|' || {{table}}.sector" for place in ["'*'", *places])
    return f"{SEEN} AND " + OF_SECTORS.replace("{places}", ", ".join(places)).replace("{limited}", limited)
