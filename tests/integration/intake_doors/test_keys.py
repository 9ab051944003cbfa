"""API keys at the HTTP door: bound to a network and a rate that counts over processes, rotated, revoked at once."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi.testclient import TestClient

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, prefix_of, token_of
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from services.intake.core.keys import ApiKey
from services.intake.metrics import INTAKE_METRICS
from services.intake.store import keys
from tests.integration.intake_doors.scene import event
from tests.integration.intake_doors.test_http_door import BATCH, ONE, api
from tests.people import as_role

Client = Callable[..., TestClient]


@pytest.fixture
def process(database_url: str, database: Database) -> Iterator[Client]:
    """Start another API process over the same schema; what it is asked comes from `address`."""
    with ExitStack() as stack:

        def start(address: str = "10.1.2.3") -> TestClient:
            own = Database(as_role(database_url, "intake", "api"), schema="intake", application_name="test")
            stack.callback(own.close)
            opened = stack.enter_context(api(own, Metrics([*RUNTIME_METRICS, *INTAKE_METRICS])))
            opened._transport.client = (address, 50000)  # type: ignore[attr-defined]
            return opened

        yield start


@pytest.fixture
def make(database: Database) -> Callable[..., str]:
    """Keep a key of the county's system and return its secret."""
    count = iter(range(100, 200))

    def new(**changes: Any) -> str:
        token = token_of(bytes([next(count)]) * (PREFIX_BYTES + SECRET_BYTES))
        now = SystemClock().now()
        fields: dict[str, Any] = {
            "prefix": prefix_of(token),
            "digest": digest_of(token),
            "slug": "county",
            "tenants": ("331081",),
            "operates": False,
            "label": "",
            "created_at": now,
            "expires_at": now + timedelta(days=1),
            **changes,
        }
        with database.begin() as work:
            keys.add(work, ApiKey(**fields))
        return token

    return new


def send(client: TestClient, token: str, count: int = 1, **headers: str) -> Any:
    """Post so many events, the same ones each time."""
    kind = BATCH if count > 1 else ONE
    body: Any = [event(id=str(number)) for number in range(count)] if count > 1 else event()
    return client.post(
        "/v1/events",
        content=json.dumps(body, ensure_ascii=False).encode(),
        headers={**kind, "authorization": f"Bearer {token}", **headers},
    )


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 202),
        ("10.1.255.255", 202),
        ("10.2.0.1", 403),
        ("::ffff:10.1.9.9", 202),
        ("2001:db8::7", 202),
        ("2001:db9::7", 403),
        ("testclient", 403),
    ],
)
def test_a_key_is_bound_to_its_networks(process: Client, make: Callable[..., str], address: str, status: int) -> None:
    """Whoever steals it elsewhere sends nothing with it; a header that names another sender is not believed."""
    token = make(networks=(ip_network("10.1.0.0/16"), ip_network("2001:db8::/32")))

    answer = send(process(address), token, **{"x-forwarded-for": "10.1.2.3"})

    assert answer.status_code == status
    if status != 202:
        assert answer.json()["detail"] == f"this API key may not be used from {address}"


def test_a_rate_holds_over_several_processes(process: Client, make: Callable[..., str]) -> None:
    """Three processes let through what one would, give or take what comes back meanwhile, and say when to come again."""
    token = make(per_second=1, burst=30)
    processes = [process() for _ in range(3)]
    begun = SystemClock().monotonic()

    answers = [send(client, token, count=4) for _ in range(6) for client in processes]

    passed = sum(4 for answer in answers if answer.status_code == 202)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 28 <= passed <= 30 + (SystemClock().monotonic() - begun) + 1
    assert refused
    assert all(1 <= int(answer.headers["retry-after"]) <= 4 for answer in refused)
    assert refused[0].json()["detail"] == "this key may send 1 events a second"


def test_portions_in_hand_never_pass_the_quota(process: Client, make: Callable[..., str]) -> None:
    """A busy key's processes keep a tenth of a second's events in hand; they were taken out of the shared bucket."""
    token = make(per_second=200, burst=200)
    processes = [process() for _ in range(2)]
    begun = SystemClock().monotonic()
    passed = 0
    for number in range(80):
        passed += 10 if send(processes[number % 2], token, count=10).status_code == 202 else 0

    assert 200 <= passed <= 200 + 200 * (SystemClock().monotonic() - begun)


def test_a_key_without_a_rate_of_its_own_has_the_installations(process: Client, make: Callable[..., str]) -> None:
    """Two thousand at once here."""
    token, client = make(), process()

    assert [send(client, token, count=900).status_code for _ in range(2)] == [202, 202]
    assert send(client, token, count=900).status_code == 429


def test_a_key_is_revoked_at_once_in_every_process(
    process: Client, make: Callable[..., str], database: Database
) -> None:
    """No process remembers it."""
    token, first, second = make(), process(), process()
    before = [send(client, token).status_code for client in (first, second)]
    with database.begin() as work:
        keys.revoke(work, prefix_of(token) or "", SystemClock().now())

    assert before == [202, 202]
    assert [send(client, token).status_code for client in (first, second)] == [401, 401]


def test_an_old_key_opens_until_the_overlap_is_over(
    process: Client, make: Callable[..., str], database: Database
) -> None:
    """Both open meanwhile; the new one has the same rights."""
    old = make(networks=(ip_network("10.1.0.0/16"),), per_second=50)
    new = token_of(bytes(range(PREFIX_BYTES + SECRET_BYTES)))
    now, client = SystemClock().now(), process()
    with database.begin() as work:
        found = keys.find(work, prefix_of(old) or "")
        assert found is not None
        ends, follows = found.succeeded_by(new, now=now, overlap=timedelta(hours=1), lives=timedelta(days=90))
        keys.end(work, ends.prefix, ends.expires_at)
        keys.add(work, follows)
    both = [send(client, token).status_code for token in (old, new)]
    with database.begin() as work:
        keys.end(work, ends.prefix, SystemClock().now())

    assert both == [202, 202]
    assert [send(client, token).status_code for token in (old, new)] == [401, 202]
    with database.begin() as work:
        kept = keys.find(work, follows.prefix)
        assert kept is not None
        assert (kept.replaces, kept.networks, kept.per_second, kept.tenants) == (
            ends.prefix,
            found.networks,
            50,
            found.tenants,
        )


def test_its_last_use_is_known(process: Client, make: Callable[..., str], database: Database) -> None:
    """Once a minute is enough; a refused one is no use."""
    token, now = make(), SystemClock().now()
    elsewhere = make(networks=(ip_network("192.0.2.0/24"),))
    client = process()
    send(client, token)
    send(client, elsewhere)
    with database.begin() as work:
        used = {key.prefix: key.used_at for key in keys.listed(work)}

    assert (used[prefix_of(token) or ""] or now) > now
    assert used[prefix_of(elsewhere) or ""] is None
