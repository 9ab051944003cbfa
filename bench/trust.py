"""(t) What trust costs: requests with all their checks and without any, in turn, on one database in one run.

*With* is the product: a session or a key is looked up, the API's own login enters the database, row security holds on
every row, and what is changed is entered in the audit. *Without* asks the same app for the same, entered by the owner,
for whom row security does not hold; nobody looks at the session or the key, and nothing is noted. The queries name the
tenants themselves both times. Requests go to the app without a server or client between, so that nothing flatters the
ratio.
"""

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any, Final, NamedTuple
from unittest import mock

import psycopg
from fastapi import FastAPI
from psycopg import sql

from bench import history, stream
from bench.escalation import apply_all
from bench.figures import Figure
from bench.processes import Stage, cpu_of, load
from contracts import api_keys
from contracts.roles import Role
from deploy import isolation
from deploy.local import logins
from runtime.access import Grant, Principal, audit, sessions, store
from runtime.access.desk import Admitted, Desk
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS as ESCALATION_METRICS
from services.intake.api import keys as intake_keys
from services.intake.core import keys
from services.intake.core.registry import Source
from services.intake.main import api_app as intake_app
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from services.intake.store import keys as kept_keys
from services.intake.store import sources
from services.notify.main import api_app as notify_app
from services.notify.metrics import NOTIFY_METRICS
from services.notify.settings import NotifySettings
from services.reporting.handlers.rebuilding import Rebuilder
from services.reporting.main import api_app as reporting_app
from services.reporting.settings import ReportingSettings

HOME: Final = "331081"
ROUNDS: Final = 10
WARM: Final = 5
ALLOWED: Final = 1.10
_MICRO: Final = 1e6
_FACTS: Final = 6

Body = Callable[[], bytes]


class Request(NamedTuple):
    """One kind of request: its service, and a body that is another one each time."""

    what: str
    service: str
    method: str
    path: str
    query: str = ""
    body: Body = bytes
    media: str = "application/json"
    many: int = 20
    """In each round."""


class Cost(NamedTuple):
    """CPU of one request in microseconds: of ours, of the database."""

    ours: float
    database: float

    @property
    def both(self) -> float:
        """Of both sides."""
        return self.ours + self.database


def measure(stage: Stage) -> Iterator[Figure]:
    """Each kind of request in pairs of rounds, then the worker's handler as itself and as the owner."""
    url = stage.database("trust")
    hazards = stage.sizes.trusted
    history.write(url, hazards, _FACTS, stage.table)
    Rebuilder(url, stage.table).run()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    server = stage.postgres.process
    processor = _Processor(server.pid if server else 0)
    with _apps(stage, url) as (checked, bare):
        for request in _requests(hazards):
            yield from _pair(request, checked, bare, processor)
    yield from _handler(stage, processor)


def _requests(hazards: int) -> Sequence[Request]:
    number = itertools.count()

    def silence() -> bytes:
        return json.dumps(
            {"reason": "检修", "ends_at": "2099-01-01T00:00:00+08:00", "match": {"tenant": [HOME]}}
        ).encode()

    def event() -> bytes:
        return json.dumps(_event(next(number))).encode()

    def events() -> bytes:
        return json.dumps([_event(next(number)) for _ in range(100)]).encode()

    one, many = "application/cloudevents+json", "application/cloudevents-batch+json"
    return (
        Request("a person's sums (JSON)", "reporting", "GET", "/v1/summary"),
        Request("a page of the ledger", "reporting", "GET", "/hazards"),
        Request("the page of one hazard", "reporting", "GET", f"/hazards/H-{hazards // 10 * 5}"),
        Request("an act (a silence)", "notify", "POST", "/v1/silences", body=silence),
        Request("one event by HTTP", "intake", "POST", "/v1/events", body=event, media=one),
        Request("100 events by HTTP", "intake", "POST", "/v1/events", body=events, media=many, many=4),
    )


def _event(number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"trust-{number}",
        "source": "/bench",
        "type": "hazard.closed.v1",
        "time": "2026-05-08T09:00:00+08:00",
        "tenant": "331081003",
        "data": {"hazard_id": f"H-{number}"},
    }


def _pair(request: Request, checked: "_Side", bare: "_Side", processor: "_Processor") -> Iterator[Figure]:
    """The same request on both sides, round by round, the first side changing."""
    for side in (checked, bare):
        side.ask(request, WARM)
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    for number in range(ROUNDS):
        for is_checked in (True, False) if number % 2 else (False, True):
            side = checked if is_checked else bare
            costs[is_checked].append(processor.of(partial(side.ask, request, request.many), request.many))
    yield from _figures(request.what, costs[True], costs[False])


def _figures(what: str, checked: Sequence[Cost], bare: Sequence[Cost]) -> Iterator[Figure]:
    ratio = median(a.both / b.both for a, b in zip(checked, bare, strict=True))
    for name, costs, note in (
        ("without checks", bare, ""),
        ("with checks", checked, f"{ratio:.2f} times; asked for: within {ALLOWED:.2f}"),
    ):
        yield Figure(
            part="t",
            key=f"{what} {name}",
            what=f"{what}, {name}",
            worker_cpu=median(cost.ours for cost in costs),
            database_cpu=median(cost.database for cost in costs),
            load=load(),
            note=note,
        )


class _Processor:
    """Says what something costs in processor time: of this process, and of the database with its children."""

    def __init__(self, server: int) -> None:
        self._server = server

    def of(self, act: Callable[[], object], count: int) -> Cost:
        ours, database = time.process_time(), cpu_of(self._server)
        act()
        spent = time.process_time() - ours, cpu_of(self._server) - database
        return Cost(*(seconds / count * _MICRO for seconds in spent))


class _Side:
    """The three apps, entered as one side enters them."""

    def __init__(self, apps: Mapping[str, FastAPI], headers: Mapping[str, str], patches: Sequence[Any]) -> None:
        self._apps = apps
        self._headers = headers
        self._patches = patches

    def ask(self, request: Request, times: int) -> None:
        """Ask so many times, one after another; a RuntimeError where an answer is no success."""
        with ExitStack() as patched:
            for patch in self._patches:
                patched.enter_context(patch())
            asyncio.run(self._ask(request, times))

    async def _ask(self, request: Request, times: int) -> None:
        for _ in range(times):
            said: list[dict[str, Any]] = []
            body = request.body()

            async def receive(body: bytes = body) -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: dict[str, Any], said: list[dict[str, Any]] = said) -> None:
                said.append(message)

            key = "key" if request.service == "intake" else "session"
            headers = {"authorization": f"Bearer {self._headers[key]}", "content-type": request.media, "host": "bench"}
            headers["content-length"] = str(len(body))
            scope = {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": request.method,
                "scheme": "https",
                "path": request.path,
                "raw_path": request.path.encode(),
                "root_path": "",
                "query_string": request.query.encode(),
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
                "client": ("127.0.0.1", 50_000),
                "server": ("bench", 443),
            }
            await self._apps[request.service](scope, receive, send)  # type: ignore[arg-type]
            if said[0]["status"] not in {200, 201, 202}:
                raise RuntimeError(f"{request.path}: {said[0]['status']} {said[1:]}"[:500])


@contextmanager
def _apps(stage: Stage, url: str) -> Iterator[tuple[_Side, _Side]]:
    """Both sides: by the API's own logins with every check, and by the owner with none."""
    (token, principal), key = _person(url), _key(url)
    headers = {"session": token, "key": key[0]}

    def admitted(*_: object, by_cookie: bool) -> Admitted | None:
        return None if by_cookie else Admitted(principal)

    def authenticated(*_: object) -> keys.ApiKey:
        return key[1]

    def nothing(*_: object) -> None: ...

    patches = tuple(
        partial(mock.patch.object, place, name, new)  # plain functions: a Mock itself would cost something
        for place, name, new in (
            (Desk, "admit", admitted),
            (audit, "of_request", nothing),
            (intake_keys, "authenticate", authenticated),
            (intake_keys.Quotas, "draw", nothing),
        )
    )
    with ExitStack() as opened:
        checked = _three(stage, lambda service: _as_itself(url, service, "api"), opened)
        bare = _three(stage, lambda _: url, opened)
        yield _Side(checked, headers, ()), _Side(bare, headers, patches)


def _three(stage: Stage, enter: Callable[[str], str], opened: ExitStack) -> dict[str, FastAPI]:
    databases = {}
    for service in ("reporting", "notify", "intake"):
        databases[service] = Database(enter(service), schema=service, application_name="bench")
        opened.callback(databases[service].close)
    told = {"database_url": "postgresql://not-used"}
    clock = SystemClock()
    return {
        "reporting": reporting_app(ReportingSettings.model_validate(told), databases["reporting"], stage.table, clock),
        "notify": notify_app(
            NotifySettings.model_validate(told),
            databases["notify"],
            clock,
            Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS]),
        ),
        "intake": intake_app(
            IntakeSettings.model_validate(told | {"http_events_per_second": 1_000_000, "http_burst": 1_000_000}),
            databases["intake"],
            stage.table,
            clock,
            Metrics([*RUNTIME_METRICS, *INTAKE_METRICS]),
        ),
    }


def _as_itself(url: str, service: str, process: str) -> str:
    role, word = isolation.role_of(service, process), secrets.token_urlsafe(18)
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(word)))
    return logins.as_login(url, role, word)


def _person(url: str) -> tuple[str, Principal]:
    """A county's clerk with a session: its token, and who is found by it."""
    token = sessions.new_token()
    people = Database(url, schema=store.SCHEMA, application_name="bench", pool_size=1)
    with people.begin() as work:
        store.add_person(work, "bench", "bench", "!", by="bench", must_change=False)
        store.grant(work, "bench", Grant(role=Role.COUNTY, tenant=HOME), by="bench")
        store.open_session(work, "bench", sessions.digest_of(token), "bearer")
        found = store.find_session(work, sessions.digest_of(token))
    people.close()
    if found is None:
        raise RuntimeError("the session is not there")
    return token, found[0].principal


def _key(url: str) -> tuple[str, keys.ApiKey]:
    """A registered source with a key."""
    token, now = (
        api_keys.token_of(secrets.token_bytes(api_keys.PREFIX_BYTES + api_keys.SECRET_BYTES)),
        SystemClock().now(),
    )
    key = keys.ApiKey(
        prefix=api_keys.prefix_of(token) or "",
        digest=api_keys.digest_of(token),
        slug="bench",
        tenants=(HOME,),
        operates=False,
        label="bench",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    source = Source(
        slug="bench", name="bench", namespace="bench", tenants=(HOME,), attributes=frozenset({"/bench"}), topic=None
    )
    database = Database(url, schema="intake", application_name="bench", pool_size=1)
    with database.begin() as work:
        sources.register(work, source)
        kept_keys.add(work, key)
    database.close()
    return token, key


def _handler(stage: Stage, processor: _Processor) -> Iterator[Figure]:
    """What a worker loads is never filtered, but its login is no owner's: the policies that let all pass cost too."""
    count = max(stage.sizes.touched // 4, 2_000)  # of fewer the first plans and caches are most of the cost
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    for number in range(4):
        is_itself = number % 2 == 1
        url = stage.database("handler")
        entered = _as_itself(url, "escalation", "worker") if is_itself else url
        database = Database(entered, schema="escalation", application_name="bench")
        law = Law(stream.packs(stage.table), stage.table)
        handler = EscalationHandler(Engine(law), Metrics(ESCALATION_METRICS), SystemClock(), deadlines_at_once=4000)
        log = list(stream.records(stage.table, count))
        costs[is_itself].append(processor.of(partial(apply_all, handler, database, log), count))
        database.close()
    yield from _figures("an event in escalation's handler", costs[True], costs[False])
