"""Measure everything and print it side by side: `python -m bench [--quick] [--only a,b,..]`; docs/howto/benchmarks.md."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import agent, ceiling, letters, notices, simulated, stored, trust, whole, workers
from bench.figures import Figure, ratio_line, ratios, table
from bench.processes import Sizes, Stage, load

PARTS = "abcdefght"
QUICK = 20  # times smaller
TERMINATED = 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; a part that fails says so and the others go on."""
    asked = _asked(arguments)
    sizes = Sizes(**{name: value for name in ("events", "agent", "whole") if (value := getattr(asked, name))})
    sizes = replace(
        sizes, stored=_several(asked.stored) or sizes.stored, simulated=_several(asked.simulated) or sizes.simulated
    )
    sizes = sizes.divided(QUICK) if asked.quick else sizes
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # what was started is stopped, what is known is said
    found: list[Figure] = []
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-", dir=asked.folder) as name:
        stage = Stage(folder=Path(name), sizes=sizes, seconds=asked.seconds, profile=asked.profile)
        print(f"{sizes}; load average {load():.1f}", flush=True)
        try:
            for title, part in _plan(stage, set(asked.only.split(",")), asked.rounds):
                try:
                    for figure in part():
                        found.append(figure)
                        print(figure.line(), flush=True)
                except Exception as error:  # noqa: BLE001 (an hour's run is worth more than one part of it)
                    failed += 1
                    print(f"{title}: not measured: {error!r} {' '.join(getattr(error, '__notes__', ()))}", flush=True)
        finally:
            stage.stop()
            if found:
                print(f"\n{table(found)}\n", *_ratios(found), sep="\n", flush=True)
    return 1 if failed else 0


def _several(words: str | None) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(",")) if words else ()


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"sizes / {QUICK}")
    parser.add_argument(
        "--only", default=",".join(PARTS), help="parts, such as a,b,c (a needs no b: it records its own)"
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often a, b and c are measured in turn")
    parser.add_argument("--seconds", type=float, default=900.0, help="how long one step may take")
    parser.add_argument("--events", type=int, help="of a and b")
    parser.add_argument("--agent", type=int, help="events of c")
    parser.add_argument("--whole", type=int, help="events of d")
    parser.add_argument("--stored", help="stored cases of e, such as 10000,100000,1000000")
    parser.add_argument("--simulated", help="events of f, such as 20000,100000,400000")
    parser.add_argument("--profile", action="store_true", help="say where (b)'s handler spends its time, and end")
    parser.add_argument("--folder", type=Path, help="where the servers keep their data meanwhile")
    return parser.parse_args(arguments)


def _plan(stage: Stage, wanted: set[str], rounds: int) -> Iterator[tuple[str, Callable[[], Iterator[Figure]]]]:
    if stage.profile:
        yield "profile", partial(workers.profile, stage)
        return
    recorded: dict[int, ceiling.Recorded] = {}

    def ceiling_of(count: int) -> Iterator[Figure]:
        if count not in recorded:
            recorded[count] = ceiling.record(stage, count)
        return ceiling.measure(stage, recorded[count])

    for _ in range(rounds):
        for count in (1, 2):
            if "b" in wanted:
                yield f"(b) {count} worker(s)", partial(workers.measure, stage, count)
            if "a" in wanted:
                yield f"(a) {count} connection(s)", partial(ceiling_of, count)
        if "c" in wanted:
            yield "(c)", partial(agent.measure, stage)
    for word, part in (
        ("d", whole.measure),
        ("e", stored.measure),
        ("f", simulated.measure),
        ("g", notices.measure),
        ("h", letters.measure),
        ("t", trust.measure),
    ):
        if word in wanted:
            yield f"({word})", partial(part, stage)


def _ratios(found: Sequence[Figure]) -> Iterator[str]:
    for above, below, expected in (("b1", "a1", ">= 0.7"), ("b2", "a2", ">= 0.7"), ("b1", "c", ">= 20")):
        if {above, below} & {figure.key for figure in found}:
            yield ratio_line(f"{above} / {below}", ratios(found, above, below), expected)
    sizes = [figure for figure in found if figure.key.startswith("stored")]
    if len(sizes) > 1:
        yield ratio_line(f"cost an event, {sizes[-1].what} over {sizes[0].what}",
                         ratios(found, sizes[0].key, sizes[-1].key), "< 1.3")  # fmt: skip
    lengths = [figure for figure in found if figure.key.startswith("simulate") and figure.memory]
    if len(lengths) > 1:
        yield ratio_line(f"memory, {lengths[-1].what} over {lengths[0].what}",
                         [(lengths[-1].memory or 0.0) / (lengths[0].memory or 1.0)], "flat")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
