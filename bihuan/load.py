"""Drive a given rate from simulated upstream systems and report the latency of each stage."""

import ipaddress
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import typer

from bihuan import intake

if TYPE_CHECKING:
    from bihuan.loading.plan import Upstream
    from bihuan.loading.senders import Sender
    from bihuan.loading.watching import Look, Times
    from services.intake.core.registry import Source

MOST_EVENTS = 1_000_000  # they stay in the installation
READY_WITHIN = 120.0  # seconds until intake has taken up the new sources
SPARE = 30.0  # seconds beyond the planned end, for what has to come again
KEY_HOURS = 3
UNFINISHED = 1


def load(
    rate: Annotated[
        float, typer.Option(min=0.1, max=20_000, help="Events a second, of all upstreams together.")
    ] = 50.0,
    seconds: Annotated[int, typer.Option(min=1, max=3600, help="How long events are sent.")] = 30,
    upstreams: Annotated[int, typer.Option(min=1, max=100, help="How many systems are simulated.")] = 4,
    door: Annotated[
        Literal["both", "kafka", "http"],
        typer.Option(help="How they come: every second one posts, or all the same way."),
    ] = "both",
    tenants: Annotated[
        list[str] | None,
        typer.Option("--tenant", help="Division code they speak for; again for more. Else one of each notice."),
    ] = None,
    url: Annotated[str, typer.Option(envvar="BIHUAN_INTAKE_URL", help="Address of intake's API.")] = "",
    settle: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds that the last effects are waited for.")
    ] = 60.0,
    seed: Annotated[int, typer.Option(help="Another number makes other hazards.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="File for what was acknowledged, as JSON.", dir_okay=False)] = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="For people, or for programs.")] = "table",
    yes: Annotated[bool, typer.Option("--yes", help="Also where broker or API are not on this machine.")] = False,
) -> None:
    """Send invented hazards at a steady rate and say how long each stage took. Never where people work: events stay.

    Ctrl-C ends the load early and reports. Registers load-1-kafka, load-2-http, ... and makes keys that are revoked at the end. What was not acknowledged comes
    again under the same id. Exit code 1 where something was refused, or not everything was seen at its stage in time.
    """
    from bihuan.loading import plan
    from runtime.clock import SystemClock

    address = url or _local_url()
    _check(address, rate * seconds, yes=yes)
    chosen = plan.upstreams(upstreams, door, tenants or plan.TENANTS)
    told = _drive(chosen, SystemClock(), rate=rate, seconds=seconds, url=address, settle=settle, seed=seed)
    if keep:
        keep.write_text(json.dumps(told.pop("kept"), ensure_ascii=False) + "\n", encoding="utf-8")
    told.pop("kept", None)
    print(json.dumps(told, ensure_ascii=False) if form == "json" else _worded(told))
    if told["refused"] or told["unseen"]:
        raise typer.Exit(UNFINISHED)


def _check(url: str, events: float, *, yes: bool) -> None:
    settings = intake.settings()
    if events > MOST_EVENTS:
        intake.refuse(f"{events:.0f} 条太多：一次最多 {MOST_EVENTS} 条，事件会留在系统里；减小 --rate 或 --seconds")
    hosts = [urlsplit(url).hostname or "", *(one.rpartition(":")[0] for one in settings.kafka_brokers.split(","))]
    far = sorted({host for host in hosts if not _is_loopback(host)})
    if far and not yes:
        intake.refuse(f"{'、'.join(far)} 不在本机：编造的隐患会留在那里。确实是试验环境，再加 --yes")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _local_url() -> str:
    from deploy.local import machine
    from deploy.local.ports import LOOPBACK

    return f"http://{LOOPBACK}:{machine.load().ports.of('intake', 'api')}"


def _drive(
    chosen: "Sequence[Upstream]", clock: Any, *, rate: float, seconds: int, url: str, settle: float, seed: int
) -> dict[str, Any]:
    """Send everything, wait for its effects, and return what is known."""
    from bihuan.loading.senders import Pace, run_name
    from bihuan.loading.watching import Look, Times, Watch

    sources = [_registered(upstream) for upstream in chosen]
    _wait_for_intake(sources, clock)
    times, run = Times(), run_name(clock.now())
    watch = Watch(intake.settings(), times, clock.monotonic, run)
    look = Look(intake.settings(), times, clock.monotonic)
    share, ended = rate / len(chosen), threading.Event()
    with _doors(chosen, sources, url) as doors:
        watch.start()
        look.start()
        begun = clock.monotonic()
        pace = Pace(share, max(1, round(share * seconds)), begun, begun + seconds + SPARE)
        senders = [
            _sender(upstream, door, pace, times, clock, ended, f"{seed}/{number}", run)
            for number, (upstream, door) in enumerate(zip(chosen, doors, strict=True))
        ]
        _work(senders, ended, pace.until - begun + SPARE)
        took = max(clock.monotonic() - begun, 0.001)
        acknowledged = {name for sender in senders for name in sender.acknowledged}
        _settle(times, look, acknowledged, clock, settle)
    watch.end()
    look.end()
    return _told(senders, times, acknowledged, took, look)


def _registered(upstream: "Upstream") -> "Source":
    from bihuan import sources
    from contracts.topics import inspection_topic
    from services.intake.core.registry import Source

    topic = inspection_topic(upstream.slug) if upstream.door == "kafka" else None
    source = Source(
        slug=upstream.slug,
        name=f"压力测试 {upstream.slug}",
        namespace=upstream.slug,
        tenants=(upstream.tenant,),
        attributes=frozenset([upstream.source]),
        topic=topic,
    )
    if topic:
        sources.create_topic(topic)
    sources.save(source)
    return source


def _wait_for_intake(sources: "Sequence[Source]", clock: Any) -> None:
    """Until the worker reads the topics of all; it leaves and comes back for new ones."""
    wanted = {source.topic for source in sources if source.topic}
    until = clock.monotonic() + READY_WITHIN
    with intake.database() as database:
        while wanted:
            with database.begin() as work:
                rows = work.connection.execute("SELECT DISTINCT topic FROM consumer_position").fetchall()
            wanted -= {topic for (topic,) in rows}
            if clock.monotonic() > until:
                intake.refuse(
                    f"{READY_WITHIN:.0f} 秒内 intake 没有开始读 {'、'.join(sorted(map(str, wanted)))}：bihuan doctor"
                )
            threading.Event().wait(0.5)


@contextmanager
def _doors(chosen: "Sequence[Upstream]", sources: "Sequence[Source]", url: str) -> "Iterator[list[Any]]":
    """One door for each upstream; keys are revoked and connections shut afterwards."""
    from bihuan import keys
    from bihuan.loading.senders import HttpDoor, KafkaDoor
    from runtime import broker

    with ExitStack() as stack:
        producer = None
        if any(upstream.door == "kafka" for upstream in chosen):
            producer = stack.enter_context(closing(broker.producer(intake.settings(), client_id="bihuan-load")))
        doors: list[Any] = []
        for upstream, source in zip(chosen, sources, strict=True):
            if upstream.door == "kafka":
                doors.append(KafkaDoor(producer, str(source.topic)))
            else:
                key = stack.enter_context(keys.lent(source, "bihuan load", hours=KEY_HOURS))
                doors.append(stack.enter_context(closing(HttpDoor(url, key))))
        yield doors


def _sender(
    upstream: "Upstream", door: Any, pace: Any, times: "Times", clock: Any, ended: threading.Event, seed: str, run: str
) -> "Sender":
    import random

    from bihuan.loading.plan import Script
    from bihuan.loading.senders import Sender

    return Sender(Script(upstream, run, random.Random(seed)), pace, door, times, clock, ended)


def _work(senders: "Sequence[Sender]", ended: threading.Event, within: float) -> None:
    threads = [threading.Thread(target=sender.work, daemon=True) for sender in senders]
    with suppress(KeyboardInterrupt):  # Ctrl-C ends the load, not the report
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(within)
    ended.set()
    for thread in threads:
        thread.join(SPARE)


def _settle(times: "Times", look: "Look", acknowledged: set[str], clock: Any, settle: float) -> None:
    until = clock.monotonic() + settle
    while clock.monotonic() < until:
        if acknowledged <= times.announced.keys() and not look.missing:
            return
        threading.Event().wait(0.2)


def _told(
    senders: "Sequence[Sender]", times: "Times", acknowledged: set[str], took: float, look: "Look"
) -> dict[str, Any]:
    from dataclasses import asdict

    from bihuan.loading.figures import summed

    refused = [sender.trouble for sender in senders if sender.trouble]
    return {
        "sent": len(acknowledged),
        "seconds": round(took, 2),
        "rate": round(len(acknowledged) / took, 1),
        "again": sum(sender.again for sender in senders),
        "refused": refused,
        "unseen": len(acknowledged - times.announced.keys()) + look.missing,
        "stages": [asdict(summed(name, seconds)) for name, seconds in times.stages().items()],
        "kept": {sender.script.upstream.source: sender.acknowledged for sender in senders},
    }


def _worded(told: dict[str, Any]) -> str:
    """The report for people."""
    from bihuan.loading.figures import STAGES

    head = (
        f"{told['sent']} events in {told['seconds']} s: {told['rate']} a second; {told['again']} came again, "
        f"{len(told['refused'])} upstreams ended early, {told['unseen']} not seen in time"
    )
    lines = [
        head,
        "",
        f"{'stage':<12}{'count':>8}{'p50 s':>9}{'p95 s':>9}{'p99 s':>9}{'max s':>9}",
    ]
    for stage in told["stages"]:
        figures = "".join(f"{stage[name]:>9.3f}" for name in ("p50", "p95", "p99", "most"))
        lines.append(f"{stage['name']:<12}{stage['count']:>8}{figures}  {STAGES[stage['name']]}")
    return "\n".join([*lines, *(f"ended early: {each}" for each in told["refused"])])
