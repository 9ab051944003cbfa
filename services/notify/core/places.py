"""What routing asks about administrative divisions."""

from contracts.divisions import Divisions


class Places:
    """Divisions and other units by code or name; what the table does not know stands for itself."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions

    def lineage(self, code: str) -> tuple[str, ...]:
        """The code itself, then what stands above it, nearest first."""
        return (code, *(above.code for above in self._divisions.ancestors(code)))

    def level_of(self, code: str) -> str:
        """town, county, city or province."""
        return self._divisions.level_of(code).value

    def name_of(self, code: str) -> str:
        """The Chinese name from the city down; the code or name itself where the table does not know it."""
        return self._divisions.full_name(code)

    def short_name_of(self, code: str) -> str:
        """The Chinese name without what stands above it."""
        division = self._divisions.get(code)
        return division.name if division else code
