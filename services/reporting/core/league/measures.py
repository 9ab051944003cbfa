"""What an indicator measures: of some of a unit's hazards in a month, the share that has a property.

A hazard whose clock stands still by approval (挂账) is neither due nor overdue: it is shown beside the score.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from services.reporting.core.rows import HazardRow
from services.reporting.core.ways import ACTIVE, PASSIVE

Test = Callable[[HazardRow, datetime, datetime], bool]
"""Of a hazard and the month's first moment and the first one after it."""


class Measure(NamedTuple):
    """Of those in `whole`, the share in `part`; `words` say so."""

    whole: Test
    part: Test
    words: str


def _due(row: HazardRow, since: datetime, until: datetime) -> bool:
    return row.suspended_at is None and row.due_at is not None and since < row.due_at <= until


def _met(row: HazardRow, _since: datetime, _until: datetime) -> bool:
    done_at = row.done_at or row.rectified_at or row.passed_at
    return row.due_at is not None and done_at is not None and done_at <= row.due_at


def _open(row: HazardRow, _since: datetime, until: datetime) -> bool:
    return row.suspended_at is None and row.reported_at < until and row.is_open


def _overdue(row: HazardRow, _since: datetime, until: datetime) -> bool:
    return row.overdue and row.overdue_since is not None and row.overdue_since < until


def _reported(row: HazardRow, since: datetime, until: datetime) -> bool:
    return since <= row.reported_at < until and row.found_by in (*ACTIVE, *PASSIVE)


def _active(row: HazardRow, _since: datetime, _until: datetime) -> bool:
    return row.found_by in ACTIVE


def _looked_at(row: HazardRow, since: datetime, until: datetime) -> bool:
    return row.reinspected_at is not None and since <= row.reinspected_at < until


def _failed(row: HazardRow, since: datetime, until: datetime) -> bool:
    return row.failed_at is not None and since <= row.failed_at < until


MEASURES: Final[dict[str, Measure]] = {
    "on_time": Measure(_due, _met, "当月到期的隐患中按期整改的"),
    "overdue": Measure(_open, _overdue, "未销号的隐患中逾期未整改的"),
    "active": Measure(_reported, _active, "当月上报的隐患中主动发现的"),
    "failed": Measure(_looked_at, _failed, "当月复查的隐患中复查不合格的"),
}
"""What formulas may measure."""
