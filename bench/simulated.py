"""(f) `bihuan simulate` over files of events: how fast, and in how much memory."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench import stream
from bench.figures import Figure
from bench.processes import Stage, load, memory_of
from contracts.divisions import Divisions
from runtime import codec

TENANT = "331081003"
_BETWEEN_LOOKS = 0.05  # seconds


def measure(stage: Stage) -> Iterator[Figure]:
    """Simulate streams of several lengths, each as one committee's: the memory has to be that of the shortest."""
    for events in stage.sizes.simulated:
        yield _simulated(stage, events)


def _simulated(stage: Stage, events: int) -> Figure:
    file, printed = stage.folder / f"events-{events}.jsonl", stage.folder / "decisions.jsonl"
    write(file, stage.table, events)
    arguments = ["-m", "bihuan", "simulate", "--policy", stream.PACK, "--events", str(file)]
    began = time.perf_counter()
    with printed.open("wb") as output:
        process = subprocess.Popen([sys.executable, *arguments], stdout=output)
        ended, peak = 0, 0.0
        while not ended:  # looked at, since the peak that the kernel tells of a child begins at its parent's
            peak = max(peak, memory_of(process.pid))
            time.sleep(_BETWEEN_LOOKS)
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"bihuan simulate ended with {process.returncode}")
    with printed.open("rb") as lines:
        records = sum(1 for _ in lines)
    file.unlink()
    cpu = used.ru_utime + used.ru_stime
    return Figure(
        part="f",
        key=f"simulate{events}",
        what=f"bihuan simulate, {events:,} events",
        rate=events / took,
        worker_cpu=cpu / events * 1e6,
        memory=peak,
        load=load(),
        note=f"{took:.1f} s from start to end, {cpu:.1f} s of CPU, {records:,} records",
    )


def write(file: Path, table: Divisions, events: int) -> None:
    """The stream's facts as upstream would send them, all from one town."""
    with file.open("wb") as output:
        for record in stream.records(table, events, ticks_every=events + 1):
            fact = codec.decode(record.value or b"")
            event = {
                "specversion": "1.0",
                "id": fact.id,
                "source": fact.source,
                "type": fact.type,
                "time": fact.time,
                "recordedtime": fact.recordedtime,
                "tenant": TENANT,
                "data": fact.data,
            }
            output.write(msgspec.json.encode(event) + b"\n")
