"""Keep the registry at hand: read it again every few seconds, and build what depends on it only when it changed."""

from contracts.divisions import Divisions
from runtime.clock import Clock
from runtime.database import Work
from services.intake.core.admission import Admission
from services.intake.core.committees import Committees
from services.intake.core.registry import Registry
from services.intake.store import sources

#: Seconds for which a change of a source may go unnoticed at a door.
REFRESH = 5.0


class Doorkeeper:
    """Hands out the present `Admission`; one per thread of work, or shared (a refresh twice does no harm)."""

    def __init__(self, *, divisions: Divisions, committees: Committees, clock: Clock) -> None:
        self._divisions = divisions
        self.committees = committees
        self._clock = clock
        self._read_at = float("-inf")
        self._admission = self._build(Registry(()))

    def admission(self, work: Work, *, fresh: bool = False) -> Admission:
        """Return what judges by the registry, at most `REFRESH` seconds old (`fresh`: as it stands now)."""
        now = self._clock.monotonic()
        if fresh or now - self._read_at >= REFRESH:
            registry = sources.load(work)
            if registry.sources != self._admission.registry.sources:
                self._admission = self._build(registry)
            self._read_at = now
        return self._admission

    def _build(self, registry: Registry) -> Admission:
        return Admission(divisions=self._divisions, committees=self.committees, registry=registry)
