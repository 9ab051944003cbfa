"""Name every metric of intake."""

from runtime.metrics import Metric

#: What became of an event at a door; `late` and `future` are accepted events that are counted once more.
RESULTS = ("accepted", "duplicate", "conflict", "rejected", "late", "future", "flagged")

INTAKE_METRICS = (
    Metric(
        kind="counter",
        name="intake_events_total",
        help="Events at all doors, by source and what became of them.",
        labels={"source_system": (), "result": RESULTS},
    ),
    Metric(
        kind="gauge",
        name="intake_last_event_timestamp_seconds",
        help="When the last event of a source was accepted (Unix time): a source that falls silent stands still.",
        labels={"source_system": ()},
    ),
    Metric(
        kind="gauge",
        name="dead_letters_open",
        help="Dead letters that wait for a person.",
    ),
    Metric(
        kind="gauge",
        name="intake_tick_held_since_timestamp_seconds",
        help="Since when ticks are held because clocks disagree (Unix time); 0 while they are not.",
    ),
    Metric(
        kind="gauge",
        name="intake_tick_behind_seconds",
        help="How far the last tick value lay behind the clock: a backlog at a door, beside ten seconds of grace.",
    ),
)
