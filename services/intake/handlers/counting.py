"""Count what became of events, by source, and when each source was last heard."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from datetime import datetime

from contracts.topics import TIP_OFF_SLUG
from contracts.vocabulary import Door
from runtime.metrics import Metrics
from services.intake.core.registry import Registry
from services.intake.handlers.taking import Outcome
from services.intake.metrics import RESULTS


class Counter:
    """Counts outcomes into the process's metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._shown: set[str] = set()
        self._registry: Registry | None = None

    def show(self, registry: Registry) -> None:
        """Start every registered source at zero, so that one that never spoke is seen as silent."""
        if registry is self._registry:
            return
        self._registry = registry
        for source in registry.sources:
            if source.slug != TIP_OFF_SLUG:
                self._start(source.slug)

    def remember(self, heard: Mapping[str, datetime]) -> None:
        """Show when each source was heard last: a restart of ours does not hide that one is silent."""
        for slug, at in heard.items():
            self._start(slug)
            self._metrics.set("intake_last_event_timestamp_seconds", at.timestamp(), source_system=slug)

    def count_letters(self, door: Door, outcomes: Sequence[Outcome]) -> None:
        """Count the dead letters of a door that no consumer counts."""
        for outcome in outcomes:
            if outcome.refused is not None:
                self._metrics.count("dead_letters_total", topic=door.value, reason=outcome.refused.reason.value)

    def count(self, slug: str, outcomes: Sequence[Outcome], *, at: datetime) -> None:
        """Count the outcomes of one source; `at` is when they were received."""
        self._start(slug)
        tally: Tally[str] = Tally()
        for outcome in outcomes:
            tally[outcome.word] += 1
            if outcome.fact is not None and (outcome.fact.flags or outcome.fact.recordedtime):
                tally["flagged"] += bool(outcome.fact.flags)
                tally["future"] += "future" in outcome.fact.flags
                tally["late"] += outcome.fact.late
        for result, amount in tally.items():
            self._metrics.count("intake_events_total", amount, source_system=slug, result=result)
        if tally["accepted"]:
            self._metrics.set("intake_last_event_timestamp_seconds", at.timestamp(), source_system=slug)

    def _start(self, slug: str) -> None:
        if slug in self._shown:
            return
        self._shown.add(slug)
        for result in RESULTS:
            self._metrics.count("intake_events_total", 0, source_system=slug, result=result)
        self._metrics.set("intake_last_event_timestamp_seconds", 0, source_system=slug)
