"""Say by which criterion a hazard was judged major, and whether that held on the day (S2-15).

A pack keeps a library: each standard with its version and the days in which it is in force. A report cites one as
`GM-4.1@2023`: the standard, its item, and the version.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from services.escalation.core.terms import Clause, PackModel, Source


class Criterion(PackModel):
    """One version of one standard by which hazards are judged major."""

    id: str = Field(
        pattern=r"^[A-Z]+@[0-9A-Za-z.]+$", description="The standard and its version, as reports cite them: GM@2023."
    )
    title: str = Field(description="Its title.")
    document_no: str = Field(description="The number of the document.")
    begins: date = Field(description="The first day on which it is in force.")
    ends: date | None = Field(None, description="The last one, where another replaced it.")
    clauses: tuple[Clause, ...] = Field(min_length=1, description="The clauses.")
    source: Source = Field("notice", description="`proposed` where the notice does not name it.")

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


def named(library: Sequence[Criterion], criterion: str) -> Criterion | None:
    """The version of a standard that a report cites, None where the library has none such."""
    item, _, version = criterion.partition("@")
    wanted = f"{item.partition('-')[0]}@{version}"
    return next((one for one in library if one.id == wanted), None)


def item_of(criterion: str) -> str:
    """The item of the standard that is cited: 4.1 of GM-4.1@2023, empty for the standard as a whole."""
    return criterion.partition("@")[0].partition("-")[2]
