"""(b) Whole workers of escalation with their relay, on a log that was filled before."""

from collections.abc import Iterator

from bench import stream
from bench.escalation import fill, handler
from bench.figures import Figure
from bench.processes import Stage, asking, follow, load

DONE = "SELECT coalesce(sum(last_number), 0)::bigint FROM consumer_position"
"""How many facts are applied: each slot's numbers begin at 1 and have no gap."""

_DECIDING = "SELECT count(DISTINCT record->'facts'->>0) FROM decision_record"
_SURPRISED = "SELECT count(*) FROM dead_letter"


def measure(stage: Stage, count: int) -> Iterator[Figure]:
    """Let `count` workers apply the stream."""
    url, events = stage.database("workers"), stage.sizes.events
    stage.empty_topics()
    fill(stage.settings, stream.records(stage.table, events))
    server = stage.postgres.process
    with asking(url) as ask, stage.workers(url, count) as pids:
        span = follow(lambda: ask(DONE), events, pids, server.pid if server else 0, within=stage.seconds)
        waiting, deciding, parked = ask("SELECT count(*) FROM outbox"), ask(_DECIDING), ask(_SURPRISED)
    yield Figure(
        part="b",
        key=f"b{count}",
        what=f"escalation, {count} worker(s), with relay",
        rate=span.rate,
        worker_cpu=span.worker_cpu,
        database_cpu=span.database_cpu,
        memory=span.memory,
        load=load(),
        note=f"{deciding / events:.0%} of the events decided; {waiting} rows wait for the relay; {parked} parked",
    )


def profile(stage: Stage) -> Iterator[Figure]:
    """Say where the handler spends its time, with nothing beside it; no figure, the profiler costs too much."""
    handler(stage.database("profile"), stage.sizes.events, profiled=True)
    yield from ()
