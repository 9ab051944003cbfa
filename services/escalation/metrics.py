"""Everything that escalation counts, beside what every process counts."""

from contracts.vocabulary import RuleId, Status
from runtime.metrics import RUNTIME_METRICS, Metric

LOADING, DECIDING, SAVING = "loading", "deciding", "saving"
MEMORY, DATABASE = "memory", "database"

METRICS = (
    *RUNTIME_METRICS,
    Metric(
        kind="counter",
        name="escalation_decisions_total",
        help="Decision records by rule and status; a batch that is rolled back and done again counts again.",
        labels={"rule": tuple(RuleId), "status": tuple(Status)},
    ),
    Metric(
        kind="counter",
        name="escalation_deadlines_total",
        help="Deadlines that passed; counted as the decisions are.",
    ),
    Metric(
        kind="histogram",
        name="escalation_batch_seconds",
        help="The handler's part of a batch: reading cases, deciding (the database writes meanwhile), writing the rest.",
        labels={"part": (LOADING, DECIDING, SAVING)},
    ),
    Metric(
        kind="counter",
        name="escalation_cases_opened_total",
        help="Stored cases that batches worked on, by where they came from; what is kept in memory is not read again.",
        labels={"came_from": (MEMORY, DATABASE)},
    ),
    Metric(
        kind="counter",
        name="escalation_lazy_loads_total",
        help="Cases that a batch did not foresee and read one by one; many of them make it slow.",
    ),
    Metric(
        kind="counter",
        name="escalation_refolds_total",
        help="Cases of another state version that were folded again from their facts.",
    ),
    Metric(
        kind="gauge",
        name="escalation_frontier_lag_seconds",
        help="How far the slot that is furthest behind lies behind the clock; above a minute ticks are missing.",
    ),
    Metric(
        kind="gauge",
        name="cases_without_clock",
        help="Open cases that wait for nothing anybody named, or whose clock is not armed: must be 0.",
    ),
)
