"""Show the whole way of a notice in one place."""

from collections.abc import Iterable
from functools import reduce
from typing import Final

from services.notify.core.passage import Passage, Situation, Stage
from services.notify.core.stages.deliver import deliver
from services.notify.core.stages.digest import digest
from services.notify.core.stages.limit import limit
from services.notify.core.stages.record import record
from services.notify.core.stages.route import route
from services.notify.core.stages.silence import silence

PIPELINE: Final[tuple[Stage, ...]] = (route, silence, digest, limit, deliver, record)
"""Every stage in order. The first four plan a decision's notices in the transaction that hears of it; `deliver` runs
when a worker takes one up, in a transaction before the provider is called; `record` in one after it has answered."""

PLANNING: Final = PIPELINE[:4]


def through(stages: Iterable[Stage], passage: Passage, situation: Situation) -> Passage:
    """The passage after these stages."""
    return reduce(lambda passed, stage: stage(passed, situation), stages, passage)
