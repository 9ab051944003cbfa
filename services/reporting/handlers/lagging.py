"""Count how long news took from stage to stage, once it is committed that it is shown."""

from collections.abc import Sequence

from contracts.facts import Fact
from contracts.vocabulary import NoticeState
from runtime.clock import Clock
from runtime.database import Work
from runtime.metrics import Metrics
from services.reporting.core import lags
from services.reporting.core.decided import DecisionRecord
from services.reporting.core.notified import NoticeRecord
from services.reporting.store import decisions


class Lags:
    """Puts the lags of each batch into the histogram; what is read again after a restart counts again."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def note(
        self,
        work: Work,
        facts: Sequence[Fact],
        decided: Sequence[DecisionRecord],
        told: Sequence[NoticeRecord],
    ) -> None:
        """Measure a batch in its transaction, and count it when that is committed."""
        delivered = [each for each in told if each.notice.state is NoticeState.DELIVERED]
        known = decisions.first_known(work, [each.notice.decision_id for each in delivered]) if delivered else {}

        def count() -> None:
            found = [
                *lags.of_facts(facts, self._clock.now()),
                *lags.of_decisions(decided),
                *lags.of_notices(delivered, known),
            ]
            for lag in found:
                self._metrics.observe("pipeline_lag_seconds", lag.seconds, stage=lag.stage)

        work.once_committed.append(count)
