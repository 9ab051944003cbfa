"""Read the policy packs and the league's formulas for what forms need of them, once at the start."""

from pathlib import Path

from policies import files
from services.reporting.core.charter import Charter, read_charter
from services.reporting.core.league.formula import BadFormulaError, Formula, read_formula


def charters(folder: Path | None) -> tuple[Charter, ...]:
    """The charter of every pack of the folder (None: the one that ships)."""
    return tuple(read_charter(raw) for _, raw in files.packs(folder) if "root" in raw)


def formulas(folder: Path | None) -> tuple[Formula, ...]:
    """Every formula of the league table in the folder `leagues`; a BadFormulaError names the file that is wrong."""
    found = []
    for path in sorted((files.folder(folder) / "leagues").glob("*.yaml")):
        try:
            found.append(read_formula(files.read(path)))
        except BadFormulaError as error:
            raise BadFormulaError(f"{path}: {error}") from error
    return tuple(found)
