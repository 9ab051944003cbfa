"""Find the committee of a tenant: the nearest unit at or above it that governs by a policy of its own.

The committee's code is the key of every fact, so that all it must see together lies in one order in one place.
"""

from collections.abc import Iterable

from contracts.divisions import Divisions

#: Tenants remembered: a province has some ten thousand; invented codes must not fill the memory.
_MOST_REMEMBERED = 50_000


class Committees:
    """Answers for a fixed set of root tenants; remembers what it was asked."""

    def __init__(self, divisions: Divisions, roots: Iterable[str]) -> None:
        self._divisions = divisions
        self.roots = frozenset(roots)
        self._known: dict[str, str | None] = {}

    def of(self, tenant: str) -> str | None:
        """Return the root tenant whose committee answers for `tenant`, or None outside all of them."""
        try:
            return self._known[tenant]
        except KeyError:
            pass
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        above = (tenant, *(division.code for division in self._divisions.ancestors(tenant)))
        found = self._known[tenant] = next((code for code in above if code in self.roots), None)
        return found
