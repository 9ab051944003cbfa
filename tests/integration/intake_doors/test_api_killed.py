"""202 means committed: whatever is answered so is in the database after the API was killed."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest

from contracts.api_keys import PREFIX_BYTES, SECRET_BYTES, digest_of, prefix_of, token_of
from deploy.local import ports
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.testing import Program, eventually, http_status
from services.intake.core.keys import ApiKey
from services.intake.store import keys
from tests.integration.intake_doors.scene import event, outbox_of

TOKEN = token_of(bytes(range(PREFIX_BYTES + SECRET_BYTES)))
SENDERS, BATCH = 3, 20


@pytest.fixture
def api(database: Database, database_url: str, tmp_path: Path) -> Iterator[tuple[Program, str]]:
    """The API process with a key of the county's system, and its address."""
    now = SystemClock().now()
    key = ApiKey(
        prefix=prefix_of(TOKEN) or "",
        digest=digest_of(TOKEN),
        slug="county",
        tenants=("331081",),
        operates=False,
        label="",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    with database.begin() as work:
        work.connection.execute("TRUNCATE api_key CASCADE")
        keys.add(work, key)
    port = ports.free_port()
    environment = {
        "BIHUAN_DATABASE_URL": database_url,
        "BIHUAN_HTTP_PORT": str(port),
        "BIHUAN_HTTP_EVENTS_PER_SECOND": "100000",
        "BIHUAN_HTTP_BURST": "1000000",
    }
    program = Program(["-m", "services.intake.main", "api"], environment=environment, output=tmp_path / "api.log")
    program.start()
    url = f"http://127.0.0.1:{port}"
    eventually(lambda: http_status(f"{url}/healthz/ready") == 200, within=60)
    yield program, url
    if program.process.poll() is None:
        program.kill()


def test_what_was_answered_202_is_there_after_a_kill(api: tuple[Program, str], database: Database) -> None:
    """Killed three times under load: every acknowledged event is announced once, and none twice."""
    program, url = api
    acknowledged: set[str] = set()
    stopping = threading.Event()
    senders = [
        threading.Thread(target=send_until, args=(stopping, url, number, acknowledged)) for number in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    for _ in range(3):
        before = len(acknowledged)
        eventually(lambda seen=before: len(acknowledged) > seen + 5 * BATCH, within=60)
        program.kill()
        program.start()
    eventually(lambda: http_status(f"{url}/healthz/ready") == 200, within=60)
    stopping.set()
    for sender in senders:
        sender.join()

    with database.begin() as work:
        announced = [document["id"] for _, _, document in outbox_of(work)]
        row = work.connection.execute("SELECT count(*) FROM event_id").fetchone()
    assert acknowledged <= set(announced)
    assert len(announced) == len(set(announced))
    assert row == (len(announced),)


def send_until(stopping: threading.Event, url: str, number: int, acknowledged: set[str]) -> None:
    """Post batches; one whose answer did not come is sent again, as senders do."""
    count = 0
    while not stopping.is_set():
        ids = [f"{number}-{count + n}" for n in range(BATCH)]
        body = json.dumps([event(id=one) for one in ids]).encode()
        headers = {"content-type": "application/cloudevents-batch+json", "authorization": f"Bearer {TOKEN}"}
        try:
            request = urllib.request.Request(f"{url}/v1/events", body, headers)  # noqa: S310 (our own address)
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (as above)
                outcomes = json.load(answer)["outcomes"]
        except (OSError, ValueError, HTTPException):
            stopping.wait(0.05)
            continue
        acknowledged.update(one["id"] for one in outcomes if one["outcome"] in {"accepted", "duplicate"})
        count += BATCH
