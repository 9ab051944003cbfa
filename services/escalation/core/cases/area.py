"""What an area or a department answers for: the accidents there, and the duties that it missed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.escalation.core.calendar import WorkCalendar
from services.escalation.core.case import Missed
from services.escalation.core.cases.accident import Accident
from services.escalation.core.terms import Span


@dataclass(frozen=True, slots=True)
class Area:
    """An area by its division code, or a department by its name (`kind`), with what counts against it in order of time."""

    id: str
    kind: str
    accidents: tuple[Accident, ...] = ()
    missed: tuple[Missed, ...] = ()


class Row(NamedTuple):
    """Accidents that lie within one span: `last` completes the number, `earlier` came before it, oldest first.

    `firm`: somebody answers for enough of them, the last one included; else responsibility is still pending.
    """

    last: Accident
    earlier: tuple[Accident, ...]
    firm: bool

    @property
    def all(self) -> tuple[Accident, ...]:
        """All accidents of the row, oldest first."""
        return (*self.earlier, self.last)


def rows(accidents: Sequence[Accident], count: int, within: Span, calendar: WorkCalendar) -> Iterator[Row]:
    """Each accident that makes it `count` or more within the span.

    The span runs from the day of the earlier accident, which is not counted (arts. 201 and 202 of the Civil Code), to
    the end of its last day: three months from 31 August end with 30 November.
    """
    for place, last in enumerate(accidents):
        if not last.counts:
            continue
        earlier = tuple(
            other
            for other in accidents[:place]
            if other.counts and last.day <= calendar.add(other.day, within.count, within.unit)
        )
        if len(earlier) + 1 >= count:
            liable = last.is_liable and 1 + sum(other.is_liable for other in earlier) >= count
            yield Row(last, earlier, liable)
