"""Work runs off one transaction after another, and know what to do when one fails: retry, settle, search, park, leave."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from runtime import crash, log
from runtime.errors import Conflict, NewerVersion, OutcomeUnknown, Rejected, Unavailable
from runtime.metrics import Metrics
from runtime.positions import Slot
from runtime.streams import plan
from runtime.streams.lease import Fenced, Lease
from runtime.streams.plan import Run, Stop

CONFLICT_TRIES = 5  # at once; then as if the database were busy

_logger = log.get(__name__)


@dataclass(slots=True)
class Turn:
    """What one call of `work_off` came to; what is left of its runs waits in the lease."""

    wait: float = 0.0  # seconds before the next call
    stops: dict[Slot, Stop] = field(default_factory=dict)


class Applies(Protocol):
    """What is needed of the applier."""

    def apply(self, lease: Lease, runs: Sequence[Run]) -> None:
        """Apply the runs in one transaction and move the lease, or raise and change nothing."""
        ...

    def settle(self, lease: Lease) -> None:
        """Set the marks of the lease to what the database has."""
        ...

    def count_failure(self, slot: Slot, offset: int, error: str) -> int:
        """Count a defect at a record; returns how many there are."""
        ...


class Rounds:
    """Runs in the worker thread, with the applier; `leave` ends the process."""

    def __init__(self, applier: Applies, metrics: Metrics, leave: Callable[[str], NoReturn] = crash.leave) -> None:
        self._applier = applier
        self._metrics = metrics
        self._leave = leave

    def work_off(self, lease: Lease, runs: Sequence[Run]) -> Turn:
        """Apply what waits in the lease and then `runs`; what could not be applied waits in the lease again.

        The culprit of a failed transaction is found by halves: each half is a transaction of its own, in order, until
        one record alone fails. Everything before it is then committed.
        """
        turn = Turn()
        for run in runs:
            lease.postpone(run)
        if lease.unsettled and not self._settle(lease, turn):
            return turn
        queue = deque([list(lease.left.values())])
        lease.left.clear()
        conflicts = 0
        defect: Exception | None = None
        while queue and not turn.wait and not lease.closing:
            part = _due(lease, queue.popleft())
            if not part:
                continue
            try:
                self._applier.apply(lease, part)
            except Conflict as error:
                conflicts += 1
                self._again(queue, part, "conflict", error)
                turn.wait = 1.0 if conflicts == CONFLICT_TRIES else 0.0
            except Exception as error:  # noqa: BLE001 (what is no kind of its own is a defect, and handled as one)
                if not self._meet(error, lease, turn, queue, part):
                    defect = error
        if defect is not None and not queue:
            self._leave(f"failed as a batch, in no part of it: {defect!r}")
        for part in queue:
            _postpone(lease, part)
        return turn

    def _meet(self, error: Exception, lease: Lease, turn: Turn, queue: deque[list[Run]], part: list[Run]) -> bool:
        """Do what the error's kind asks for; False for a defect."""
        match error:
            case Fenced():
                self._leave(f"another worker took a slot of ours: {error}")
            case OutcomeUnknown():
                self._again(queue, part, "outcome_settled", error)
                lease.unsettled = True
                turn.wait = error.retry_after
                self._settle(lease, turn)
            case NewerVersion() | Rejected() if _steps(part) > 1:
                queue.extendleft(reversed(plan.halves(part)))
            case NewerVersion():
                self._hold(lease, turn, queue, part, error)
            case Rejected():
                queue.appendleft([plan.parked(run, error.reason, error.detail) if run.steps else run for run in part])
            case Unavailable():
                self._again(queue, part, "unavailable", error)
                turn.wait = error.retry_after
            case _ if _steps(part) > 1:
                _logger.error("batch failed, searching the record", steps=_steps(part), error=repr(error))
                queue.extendleft(reversed(plan.halves(part)))
                return False
            case _:
                self._leave_at(part, error)
        return True

    def _again(self, queue: deque[list[Run]], part: list[Run], kind: str, error: Exception) -> None:
        _logger.warning(kind, error=str(error))
        self._metrics.count("consumer_incidents_total", kind=kind)
        queue.appendleft(part)

    def _settle(self, lease: Lease, turn: Turn) -> bool:
        """Committed or not? The positions say; False while the database is away."""
        try:
            self._applier.settle(lease)
        except Unavailable as error:
            turn.wait = error.retry_after
            return False
        except Fenced as error:
            self._leave(f"another worker took a slot while an outcome was unknown: {error}")
        return True

    def _hold(self, lease: Lease, turn: Turn, queue: deque[list[Run]], part: list[Run], error: NewerVersion) -> None:
        queue.appendleft([run for run in part if not run.steps])
        for run in part:
            if run.steps:
                stop = Stop("newer_version", f"offset {run.steps[0].record.offset}: {error}; upgrade this service")
                turn.stops[run.slot] = stop
                lease.stop(run.slot, stop)

    def _leave_at(self, part: list[Run], error: Exception) -> None:
        """Count the defect at its record and leave; from the third count on the next life parks the record."""
        self._metrics.count("consumer_incidents_total", kind="defect")
        culprits = [(run.slot, step.record.offset) for run in part for step in run.steps]
        if not culprits:
            self._leave(f"failed without any record: {error!r}")
        ((slot, offset),) = culprits
        _logger.error("defect", slot=str(slot), offset=offset, exc_info=error)
        try:
            failures = str(self._applier.count_failure(slot, offset, repr(error)))
        except Unavailable:
            failures = "(not counted)"
        self._leave(f"failure {failures} at {slot} offset {offset}: {error!r}")


def _due(lease: Lease, part: Iterable[Run]) -> list[Run]:
    """The part of the runs that is still to be done, now that the lease stands where it stands."""
    due = []
    for run in part:
        own = lease.owned.get(run.slot)
        if own is None:
            continue  # stopped meanwhile
        if run.slot in lease.left:  # an earlier part of this slot has to come first
            lease.postpone(run)
        elif (remaining := plan.rest(run, own.mark.next_offset)) is not None:
            due.append(remaining)
    return due


def _postpone(lease: Lease, part: Iterable[Run]) -> None:
    for run in part:
        if run.slot in lease.owned:
            lease.postpone(run)


def _steps(runs: Iterable[Run]) -> int:
    return sum(len(run.steps) for run in runs)
