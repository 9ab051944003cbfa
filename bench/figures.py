"""Write down what was measured: one line for each figure, the table at the end, and the ratios between parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

_COLUMNS = ("part", "what", "events/s", "worker us/event", "database us/event", "MB", "load", "")
_LEFT = {0, 1, 7}  # columns of words


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement. CPU is in microseconds an event, memory in MB, `load` the load average when it ended.

    `key` names it for `ratios`; equal keys are rounds of one measurement. None: not measured or without meaning here.
    """

    part: str
    key: str
    what: str
    rate: float | None = None
    worker_cpu: float | None = None
    database_cpu: float | None = None
    memory: float | None = None
    load: float | None = None
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """The figure as words, one for each column of the table."""
        numbers = (self.rate, self.worker_cpu, self.database_cpu, self.memory)
        load = "" if self.load is None else f"{self.load:.1f}"
        return (
            self.part,
            self.what,
            *("" if number is None else f"{number:,.0f}" for number in numbers),
            load,
            self.note,
        )

    def line(self) -> str:
        """The figure as one line, to be printed as soon as it is known."""
        units = ("", "", " events/s", " us worker CPU/event", " us database CPU/event", " MB", " load", "")
        told = [cell + unit for cell, unit in zip(self.cells()[2:], units[2:], strict=True) if cell]
        return f"({self.part}) {self.what}: {', '.join(told)}"


def table(figures: Sequence[Figure]) -> str:
    """Every figure below its column's name; words to the left, numbers to the right."""
    rows = [_COLUMNS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in _LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def ratios(figures: Iterable[Figure], above: str, below: str) -> list[float]:
    """The rate of one measurement over another's, pair by pair in the order in which they were taken."""
    found = list(figures)
    upper = [figure.rate for figure in found if figure.key == above and figure.rate]
    lower = [figure.rate for figure in found if figure.key == below and figure.rate]
    return [high / low for high, low in zip(upper, lower, strict=False)]


def ratio_line(name: str, found: Sequence[float], expected: str) -> str:
    """One line about a ratio: its median and, where there are more, every pair."""
    pairs = f" (pairs: {', '.join(f'{one:.2f}' for one in found)})" if len(found) > 1 else ""
    return f"{name} = {median(found):.2f}, expected {expected}{pairs}" if found else f"{name}: not measured"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed; a ValueError where there is none."""
    ranked = sorted(values)
    if not ranked:
        raise ValueError("no values")
    if not 0 < share <= 1:
        raise ValueError("a share lies above 0 and does not exceed 1")
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def decides(number: int, share: float) -> bool:
    """Whether the event of this number (from 0) is among the `share` that decide: evenly spread, the same each run."""
    return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)
