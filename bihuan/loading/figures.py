"""Sum seconds up by stage, as figures that people compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

STAGES: Final = {
    "door http": "posted -> 202, committed in intake's database",
    "door kafka": "sent -> acknowledged by the brokers",
    "intake": "sent -> read on hazard.facts",
    "escalation": "on hazard.facts -> its decision read on escalation.facts, where the rule fires at once",
    "notify": "decision -> first word about its notice read on notice.facts",
    "reporting": "on hazard.facts -> found in reporting's tables (looked for every quarter of a second)",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """How long one stage took: seconds."""

    name: str
    count: int
    p50: float
    p95: float
    p99: float
    most: float


def summed(name: str, seconds: Sequence[float]) -> Stage:
    """The figures of one stage; zeros where nothing came through it."""
    ordered = sorted(seconds)
    if not ordered:
        return Stage(name, 0, 0.0, 0.0, 0.0, 0.0)
    p50, p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
    return Stage(name, len(ordered), p50, p95, p99, ordered[-1])
