"""(g) Notify: five thousand decisions at once for a hundred robots on a simulated clock, and deliveries without a limit."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from pydantic import SecretStr

from bench.figures import Figure
from bench.processes import Stage, load
from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.notify.channels.dialling import NEVER, DialPolicy, allow_list
from services.notify.channels.dingtalk import DINGTALK
from services.notify.channels.webhook import Webhook
from services.notify.core.letters.wording import Desk as LetterDesk
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result
from services.notify.core.roster import Seat
from services.notify.core.routes import Routes, routes_from
from services.notify.handlers.hearing import Hearing
from services.notify.handlers.letters.delivering import Enclosing
from services.notify.handlers.letters.drafting import Drafting
from services.notify.handlers.sending import Departure, Desk, Return, Traits
from services.notify.metrics import NOTIFY_METRICS
from services.notify.settings import NotifySettings, read_letter_desk
from services.notify.store import personal
from services.notify.worker import DeliveryLoop

DUE = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
DECISIONS, ROBOTS, WORKERS, UNLIMITED = 5_000, 100, 2, 2_000
STEP = timedelta(milliseconds=100)
ANSWER = timedelta(milliseconds=300)  # from taking up to the answer; the robot reads it in the middle
CONCURRENCY = 8
RULES = (RuleId.OVERDUE, RuleId.REPEAT_OFFENCE, RuleId.LONG_STANDING, RuleId.REFUSAL, RuleId.PERIODIC_REPORT)
SECRET = "whsec_" + "YmVuY2htYXJrcy1vbmx5LW5vLXNlY3JldA=="


def measure(stage: Stage) -> Iterator[Figure]:
    """The rush at 08:30 with digests and without, then one worker's speed."""
    for title, most in (("digests", DINGTALK.most), ("each alone", 1)):
        yield _rush(stage, title, most)
    yield _unlimited(stage)


@dataclass
class Robots:
    """A hundred robots that take twenty messages a minute each and remember when they were told what."""

    told_at: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    majors: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    decisions: int = 0

    def take(self, departure: Departure, at: datetime) -> Outcome:
        """Answer as a robot does."""
        robot, message = departure.address, departure.message
        if sum(moment > at - timedelta(minutes=1) for moment in self.told_at[robot]) >= DINGTALK.a_minute:
            return Outcome(result=Result.LIMITED, answer="130101", retry_after=DINGTALK.pause)
        self.told_at[robot].append(at)
        self.decisions += message.count
        (self.majors if _is_major(message) else self.others)[robot].append(at)
        return Outcome(result=Result.DELIVERED, answer="0 ok")

    def busiest(self) -> int:
        """The most messages within a minute that any robot took."""
        return max(
            sum(begin <= moment < begin + timedelta(minutes=1) for moment in moments)
            for moments in self.told_at.values()
            for begin in moments
        )

    def majors_first(self) -> bool:
        """Whether no robot read of an ordinary hazard before its last major one."""
        return all(max(times) <= min(self.others[robot], default=max(times)) for robot, times in self.majors.items())


def _rush(stage: Stage, title: str, most: int) -> Figure:
    database = Database(stage.database(f"rush_{most}"), schema="notify", application_name="bench")
    clock, robots = ManualClock(DUE), Robots()
    traits = Traits(channel="dingtalk", repeatable=False, patience=25.0, most=most, a_minute=DINGTALK.a_minute)
    desks = [_desk(stage, traits, database, clock, f"worker-{n}") for n in range(WORKERS)]
    _plan(stage, database, clock, _routes("dingtalk"), "dingtalk", DECISIONS)
    began, under_way = time.perf_counter(), list[tuple[datetime, Desk, Departure]]()
    while robots.decisions < DECISIONS and clock.now() < DUE + timedelta(hours=2):
        answered = [entry for entry in under_way if entry[0] <= clock.now()]
        under_way = [entry for entry in under_way if entry[0] > clock.now()]
        for _, desk, departure in answered:
            desk.keep([_returned(departure, robots.take(departure, clock.now() - ANSWER / 2))])
        for desk in desks:
            room = CONCURRENCY - sum(busy is desk for _, busy, _ in under_way)
            under_way += [(clock.now() + ANSWER, desk, departure) for departure in desk.take(room)]
        clock.advance(STEP.total_seconds())
    database.close()
    last = max(moment for moments in robots.told_at.values() for moment in moments)
    messages = sum(len(moments) for moments in robots.told_at.values())
    return Figure(
        part="g",
        key=f"rush-{most}",
        what=f"{DECISIONS:,} decisions at 08:30, {ROBOTS} robots, {title}",
        load=load(),
        note=f"all {robots.decisions:,} told by 08:30 + {(last - DUE).total_seconds():.0f} s of the simulated clock in"
        f" {messages:,} messages; busiest minute of a robot {robots.busiest()}; major first:"
        f" {'yes' if robots.majors_first() else 'NO'}; {time.perf_counter() - began:.0f} s to simulate",
    )


def _unlimited(stage: Stage) -> Figure:
    """One worker's loop on a channel without a limit, over real sockets, to a receiver that answers at once."""
    database = Database(stage.database("unlimited"), schema="notify", application_name="bench", pool_size=8)
    clock = SystemClock()
    return asyncio.run(_deliver(stage, database, clock))


async def _deliver(stage: Stage, database: Database, clock: SystemClock) -> Figure:
    seen: list[float] = []
    stopping = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        seen.append(time.perf_counter())
        if len(seen) >= UNLIMITED:
            stopping.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    policy = DialPolicy(allowed=allow_list("127.0.0.0/8:*"), forbidden=NEVER)
    adapter = Webhook(policy=policy, secrets={f"127.0.0.1:{port}": SECRET})
    traits = Traits(channel="webhook", repeatable=True, patience=adapter.patience)
    desk = _desk(stage, traits, database, clock, "worker-0")
    _plan(stage, database, clock, _routes("webhook"), "webhook", UNLIMITED, port)
    began = time.perf_counter()
    await asyncio.wait_for(
        DeliveryLoop(desk=desk, adapter=adapter, concurrency=CONCURRENCY).run(stopping), stage.seconds
    )
    await runner.cleanup()
    database.close()
    rate = len(seen) / (seen[-1] - began)
    return Figure(
        part="g",
        key="deliveries",
        what=f"{UNLIMITED:,} deliveries without a limit, one worker",
        rate=rate,
        load=load(),
        note=f"{CONCURRENCY} at once; at least 20 are wanted",
    )


def _letters(stage: Stage) -> LetterDesk:
    return read_letter_desk(NotifySettings(database_url=SecretStr("")), stage.table)


def _desk(stage: Stage, traits: Traits, database: Database, clock: ManualClock | SystemClock, worker: str) -> Desk:
    return Desk(
        traits=traits,
        database=database,
        routes=_routes(traits.channel),
        divisions=stage.table,
        clock=clock,
        metrics=Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS]),
        worker=worker,
        letters=Enclosing(rules=_letters(stage).rules, divisions=stage.table, address=""),
    )


def _plan(
    stage: Stage,
    database: Database,
    clock: ManualClock | SystemClock,
    routes: Routes,
    channel: str,
    count: int,
    port: int = 0,
) -> None:
    """Seat a hundred offices and hear the decisions, as the consumer does."""
    seats = [
        Seat(
            role="office",
            unit=f"office-{n}",
            holder=f"office-{n}",
            addresses={channel: f"http://127.0.0.1:{port}/{n}" if port else f"robot-{n}"},
            since=DUE - timedelta(days=365),
        )
        for n in range(ROBOTS)
    ]
    with database.begin() as work:
        personal.put_seats(work, seats)
    drafting = Drafting(desk=_letters(stage), divisions=stage.table)
    hearing = Hearing(routes=routes, divisions=stage.table, drafting=drafting, clock=clock)
    decisions = [_decision(number) for number in range(count)]
    for begin in range(0, count, 1000):
        with database.begin() as work:
            hearing.hear(work, decisions[begin : begin + 1000])


def _decision(number: int) -> Decision:
    """Spread over offices and rules; one in twenty is about a major hazard."""
    return Decision(
        decision_id=f"d-{number}",
        at=DUE,
        known_at=DUE,
        tenant="331081",
        level=Level.COUNTY,
        rule=RULES[number // ROBOTS % len(RULES)],
        step="",
        measure=Measure.REMIND,
        status=Status.RAISED,
        subject=Subject(kind=SubjectKind.HAZARD, id=f"H-{number}"),
        clauses=("S2-22",),
        policy=PolicyVersion(id="wenling-2023", version="1"),
        reason=f"隐患 H-{number} 逾期未整改。",
        facts=(),
        late_recorded=False,
        occurrence="0",
        committee="331081",
        since=DUE - timedelta(days=number % 30),
        acts_for=f"office-{number % ROBOTS}",
        context={
            "description": "疏散通道被货物堵塞",
            "site_name": f"第{number % 700}号单位",
            "hazard_level": "major" if number // ROBOTS % 20 == 0 else "general",
        },
    )


def _routes(channel: str) -> Routes:
    route = {"name": "默认", "to": ["office@acting"], "channels": [channel], "settle_seconds": 0}
    return routes_from({"version": 1, "roles": {"office": "安委办"}, "route": route})


def _is_major(message: Message) -> bool:
    worst = message.items[0].text if message.items else str(message.document["context"])
    return "【重大】" in worst or "major" in worst


def _returned(departure: Departure, outcome: Outcome) -> Return:
    return Return(departure.attempts, departure.message.notice_id, departure.address, outcome)
