"""The short form of `e2e/test_what_stays_inside.py`: every HTTP door of the four services, everything logged at debug."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, prefix_of, token_of
from contracts.roles import Role
from deploy import isolation
from runtime import log
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.vault import new_master_line
from services.intake.core.keys import ApiKey
from services.intake.core.registry import Source
from services.intake.store import keys, sources
from tests.canaries import (
    COUNTY,
    INFORMER,
    QUOTED,
    REFUSED,
    SOURCE,
    TYPED,
    Knock,
    http,
    pages,
    sign_in,
    stands,
    tip_off,
)
from tests.conftest import SignedIn
from tests.doors import SERVICES, app_of
from tests.people import as_role

ALLOWED = {**dict.fromkeys(REFUSED, ("dead letters",)), **dict.fromkeys(QUOTED, ("dead letters", "answers"))}
MASTERS = new_master_line("first")


def new_key(database_url: str) -> str:
    """The key of a registered system of the county."""
    token, now = token_of(bytes(range(PREFIX_BYTES + SECRET_BYTES))), SystemClock().now()
    system = Source(slug="leaks", name="x", namespace="leaks", tenants=(COUNTY,), attributes=frozenset({SOURCE}))
    key = ApiKey(
        prefix=prefix_of(token) or "",
        digest=digest_of(token),
        slug="leaks",
        tenants=(COUNTY,),
        operates=False,
        label="",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    database = Database(database_url, schema="intake", application_name="test", pool_size=1)
    with database.begin() as work:
        sources.register(work, system)
        keys.add(work, key)
    database.close()
    return token


@pytest.fixture
def _logged_at_debug() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    log.configure("canary", "DEBUG")
    yield
    root.handlers[:], level, sys.excepthook, threading.excepthook = before
    root.setLevel(level)


@pytest.mark.usefixtures("_logged_at_debug")
def test_what_is_said_at_the_doors_is_found_nowhere(
    database_url: str, signed_in: SignedIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """S4: not in a log line, a metric, an answer or what leaves for the topics; of what is refused the bytes alone."""
    token = signed_in(Role.PROVINCE)["authorization"].removeprefix("Bearer ")
    with ExitStack() as opened:
        clients = {}
        for service in SERVICES:
            app, database = app_of(service, as_role(database_url, service, "api"), master_keys=MASTERS)
            opened.callback(database.close)
            clients[service] = opened.enter_context(TestClient(app, raise_server_exceptions=False))
        key = new_key(database_url)

        def ask(service: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str, str]:
            answer = clients[service].request("GET" if body is None else "POST", path, content=body, headers=headers)
            return answer.status_code, str(answer.headers), answer.text

        knock = Knock(ask, token)
        code = tip_off(knock)
        http(knock, key)
        sign_in(knock)
        pages(knock)
        metrics = "".join(client.get("/metrics").text for client in clients.values())
    told = capsys.readouterr()
    with psycopg.connect(database_url) as owner:
        leaving = "".join(
            str(owner.execute(f"SELECT convert_from(value, 'UTF8') FROM {service}.outbox").fetchall())
            for service in isolation.SERVICES
        )
        letters = str(
            owner.execute(
                "SELECT to_jsonb(d) - 'body', convert_from(body, 'UTF8') FROM intake.dead_letter d WHERE position('\\x00'::bytea IN body) = 0"
            ).fetchall()
        )

    said = {
        **INFORMER,
        **TYPED,
        **REFUSED,
        **QUOTED,
        "receipt code": code,
        "key": key,
        "session": token,
        "master key": MASTERS[6:],
    }
    places = {
        "logs": told.out + told.err,
        "metrics": metrics,
        "answers": knock.text,
        "topics": leaving,
        "dead letters": letters,
    }
    found = [
        f"{label} in {place}"
        for label, word in said.items()
        for place, text in places.items()
        if stands(word, text) and place not in ALLOWED.get(label, ())
    ]

    assert found == []
    assert "tip_off.received" in leaving
    assert stands(REFUSED["a refused description"], letters)
    assert "intake_events_total" in metrics
