"""(d) The running product, end to end: in by HTTP and by Kafka, out as a decision on its topic."""

import http.client
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SecretStr

from bench.ear import STAGES, Ear
from bench.figures import Figure, percentile
from bench.processes import Stage, cpu_of, load, memory_of, until
from contracts.decisions import Decision
from contracts.topics import inspection_topic
from deploy.local import machine, ports, supervisor
from deploy.local.machine import Machine
from deploy.local.places import CLONE, places
from runtime import broker
from runtime.clock import SystemClock
from runtime.settings import ProcessSettings

SLUG = "bench"
TENANTS = ("331081003", "331081006", "330381", "371002", "331102")
GROUP = 5
"""Events of a group: a major hazard (decided at once), and a general one reported, handed over, rectified, closed."""

DEADLINES = 40
_AHEAD = 6.0  # seconds until those deadlines
_SENDERS = 4  # connections of the HTTP door
_PACE = 0.02  # seconds between two looks at what is to be sent
_SETTLE = 15.0  # seconds after the start: the policies are in force, every program has its slots
_IDLE = 0.5  # cores that everything uses when nothing comes in; ticks and looks at empty tables cost some
_CALM_WITHIN = 60.0  # seconds
_WARM = 20  # groups before the measurement
_COMMAND_WITHIN = 300  # seconds

_clock = SystemClock()
_decision = msgspec.json.Decoder(Decision).decode


class Product:
    """Everything that `make up` starts, in a folder and on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            **os.environ,
            "BIHUAN_LOCAL_DIR": str(folder),
            "BIHUAN_HTTP_EVENTS_PER_SECOND": "1000000",
            "BIHUAN_HTTP_BURST": "1000000",
        }
        jars = places().jars
        (folder / "kafka").mkdir(parents=True)
        if jars.exists():
            (folder / "kafka" / "jars").symlink_to(jars)
        base = ports.free_block(24)
        chosen = {"--kafka-port": base + 20, "--pg-port": base + 22, "--http-port": base}
        self.run("up", "--no-demo", *(str(word) for pair in chosen.items() for word in pair))
        self.here = _described(folder)
        self.settings = ProcessSettings(database_url=SecretStr(""), kafka_brokers=self.here.brokers)

    def run(self, *arguments: str) -> str:
        """Run a command of the product; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "bihuan", *arguments],
            cwd=CLONE,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_WITHIN,
        )
        if done.returncode:
            raise RuntimeError(f"bihuan {arguments[0]}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done.stdout.strip()

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU used so far, by program."""
        return {name: cpu_of(state.pid) for name, state in supervisor.states(self.here).items()}

    def memory(self) -> dict[str, float]:
        """Resident megabytes by service process."""
        states = supervisor.states(self.here)
        return {
            program.name: memory_of(states[program.name].pid) for program in self.here.programs if program.is_service
        }


class Upstream:
    """Sends groups of events, every other one by HTTP."""

    def __init__(self, product: Product, token: str) -> None:
        self._address = ("127.0.0.1", product.here.ports.of("intake", "api"))
        self._token = token
        self._producer = broker.producer(product.settings, client_id="bench-upstream")
        self._topic = inspection_topic(SLUG)
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="http")
        self._own = threading.local()
        self._answers: list[Any] = []
        self.sent: dict[str, float] = {}

    def send(self, number: int) -> None:
        """Send one group; what is measured begins here."""
        events = group(number)
        self.sent[_hazard(number)] = _clock.now().timestamp()
        if number % 2:
            self._answers.append(self._pool.submit(self.post, events))
        else:
            for event in events:
                self._producer.send(self._topic, value=json.dumps(event, ensure_ascii=False).encode())

    def post(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Send by HTTP and wait for the answer."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(*self._address, timeout=60)
        body = json.dumps(events, ensure_ascii=False).encode()
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/cloudevents-batch+json"}
        connection.request("POST", "/v1/events", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        accepted = len(events)
        if answer.status != http.client.ACCEPTED or json.loads(told).get("accepted") != accepted:
            raise RuntimeError(f"{answer.status}: {told[:500]!r}")

    def flush(self) -> None:
        """Wait until everything is taken."""
        self._producer.flush(120)
        for answer in self._answers:
            answer.result(120)
        self._answers.clear()

    def close(self) -> None:
        """End the connections."""
        self._pool.shutdown(cancel_futures=True)
        self._producer.close()


def measure(stage: Stage) -> Iterator[Figure]:
    """Start the product; as fast as it can, at half of that, and the deadlines apart."""
    with _running(stage.folder / "product") as product:
        product.run("sources", "register", SLUG, *(word for tenant in TENANTS for word in ("--tenant", tenant)))
        token = product.run("keys", "create", "--source", SLUG)
        product.run("policy", "activate", "--all")
        time.sleep(_SETTLE)
        ear, upstream = Ear(product.settings), Upstream(product, token)
        numbers = itertools.count()
        try:
            ear.start()
            ear.ready.wait(60)
            _send_and_wait(upstream, ear, list(itertools.islice(numbers, _WARM)), stage.seconds)
            full = _full_load(
                product, upstream, ear, list(itertools.islice(numbers, stage.sizes.whole // GROUP)), stage.seconds
            )
            yield full
            _calm_down(product)
            yield _half_load(upstream, ear, numbers, (full.rate or 0.0) / 2, stage)
            yield _deadlines(upstream, ear, stage.seconds)
        finally:
            ear.stop()
            upstream.close()


def group(number: int) -> list[dict[str, Any]]:
    """The events of one group, in their order."""
    tenant, site = TENANTS[number % len(TENANTS)], f"S-{number}"
    major, general = _hazard(number), f"G-{number:07}"
    told = (
        ("hazard.reported", {**_report(major, site), "level": "major"}),
        ("hazard.reported", {**_report(general, site + "b"), "level": "general"}),
        ("hazard.handed_over", {"hazard_id": general, "to_unit": "应急管理所"}),
        ("hazard.rectified", {"hazard_id": general, "by": "u-2043"}),
        ("hazard.closed", {"hazard_id": general}),
    )
    return [_event(f"{number}-{place}", kind, tenant, data) for place, (kind, data) in enumerate(told)]


def _hazard(number: int) -> str:
    return f"M-{number:07}"


def _report(hazard: str, site: str) -> dict[str, Any]:
    return {
        "hazard_id": hazard,
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞，灭火器过期未更换",
        "site_id": site,
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": f"{_clock.now() + timedelta(days=30):%Y-%m-%d}",
    }


def _event(name: str, kind: str, tenant: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": f"/{SLUG}",
        "type": f"{kind}.v1",
        "time": _clock.now().isoformat(),
        "tenant": tenant,
        "datacontenttype": "application/json",
        "data": data,
    }


# ---- measuring


def _send_and_wait(upstream: Upstream, ear: Ear, numbers: Sequence[int], within: float) -> None:
    for number in numbers:
        upstream.send(number)
    upstream.flush()
    until(lambda: all(ear.first(_hazard(number)) for number in numbers), within)


def _full_load(product: Product, upstream: Upstream, ear: Ear, numbers: Sequence[int], within: float) -> Figure:
    before = product.cpu()
    began = _clock.now().timestamp()
    _send_and_wait(upstream, ear, numbers, within)
    ended = max(at for number in numbers if (at := ear.first(_hazard(number))))
    events = len(numbers) * GROUP
    used = {name: (after - before.get(name, 0.0)) / events * 1e6 for name, after in product.cpu().items()}
    services = {name: cost for name, cost in used.items() if name not in {"kafka", "postgres"}}
    memory = product.memory()
    each = ", ".join(f"{name} {cost:,.0f} us {memory[name]:.0f} MB" for name, cost in services.items())
    return Figure(
        part="d",
        key="whole",
        what="the whole product, half HTTP half Kafka, flat out",
        rate=events / (ended - began),
        worker_cpu=sum(services.values()),
        database_cpu=used.get("postgres"),
        memory=memory["escalation-worker"],
        load=load(),
        note=f"from the first event sent to the last decision published; kafka {used.get('kafka', 0.0):,.0f} us; {each}",
    )


def _calm_down(product: Product) -> None:
    """Wait, but not for ever, until those that read decisions have read them all."""
    ended = time.monotonic() + _CALM_WITHIN
    while time.monotonic() < ended:
        before = sum(product.cpu().values())
        time.sleep(1.0)
        if sum(product.cpu().values()) - before < _IDLE:
            return


def _half_load(upstream: Upstream, ear: Ear, numbers: Iterator[int], rate: float, stage: Stage) -> Figure:
    sent: list[int] = []
    began = time.monotonic()
    while (passed := time.monotonic() - began) < stage.sizes.seconds_at_half:
        while len(sent) * GROUP < passed * rate:
            sent.append(next(numbers))
            upstream.send(sent[-1])
        time.sleep(_PACE)
    upstream.flush()
    took = time.monotonic() - began
    until(lambda: all(ear.first(_hazard(number)) for number in sent), stage.seconds)
    waited = {number: (ear.first(_hazard(number)) or 0.0) - upstream.sent[_hazard(number)] for number in sent}
    way = [ear.stages(f"{number}-0", _hazard(number), upstream.sent[_hazard(number)]) for number in sent]
    stages = ", ".join(
        f"{stage} {_ms(some, 0.5)}/{_ms(some, 0.99)}"
        for stage, some in zip(STAGES, zip(*way, strict=True), strict=True)
    )
    doors = {"HTTP": [waited[n] for n in sent if n % 2], "Kafka": [waited[n] for n in sent if not n % 2]}
    each = ", ".join(f"{door} p50 {_ms(some, 0.5)} p99 {_ms(some, 0.99)}" for door, some in doors.items())
    every = list(waited.values())
    return Figure(
        part="d",
        key="half",
        what="the same at half that load, instant decisions",
        rate=len(sent) * GROUP / took,
        load=load(),
        note=f"p50 {_ms(every, 0.5)}, p99 {_ms(every, 0.99)} from sent to published ({len(sent):,} decisions; {each}); "
        f"p50/p99 on the way: {stages}",
    )


def _deadlines(upstream: Upstream, ear: Ear, within: float) -> Figure:
    """What waits for a tick: a deadline is passed some seconds after it, because ticks stay behind the clock."""
    due = _clock.now() + timedelta(seconds=_AHEAD)
    at = due.timestamp()
    hazards = [f"D-{number}" for number in range(DEADLINES)]
    for hazard in hazards:
        data = {**_report(hazard, f"S{hazard}"), "level": "general", "rectify_by": due.isoformat()}
        upstream.post([_event(hazard, "hazard.reported", TENANTS[0], data)])
    until(lambda: all((hazard, "overdue") in ear.heard for hazard in hazards), within)
    waited = [ear.heard[hazard, "overdue"].appended - at for hazard in hazards]
    return Figure(part="d", key="deadlines", what="decisions by deadline, ticks and grace in them", load=load(),
                  note=f"p50 {_ms(waited, 0.5)}, p99 {_ms(waited, 0.99)} from the deadline to published")  # fmt: skip


def _ms(values: Sequence[float], share: float) -> str:
    return f"{percentile(values, share) * 1000:,.0f} ms" if values else "-"


@contextmanager
def _running(folder: Path) -> Iterator[Product]:
    try:
        yield Product(folder)
    finally:
        if (folder / "machine.json").exists():
            supervisor.shutdown(_described(folder))


def _described(folder: Path) -> Machine:
    """The machine that `up` wrote down in this folder."""
    before = os.environ.get("BIHUAN_LOCAL_DIR")
    os.environ["BIHUAN_LOCAL_DIR"] = str(folder)
    try:
        return machine.load()
    finally:
        if before is None:
            del os.environ["BIHUAN_LOCAL_DIR"]
        else:
            os.environ["BIHUAN_LOCAL_DIR"] = before
