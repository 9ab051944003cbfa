"""Long exports run as jobs: whole or not at all, the same bytes as a form asked for at once, for who ordered them alone."""

import asyncio
import io
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock, eventually
from services.reporting.handlers import printing
from services.reporting.handlers.printing import LostTurnError, Shop
from services.reporting.handlers.reports import FORMATS, Reports
from services.reporting.packs import charters
from services.reporting.store import exports
from services.reporting.store.exports import Export
from services.reporting.worker.printing import ATTEMPTS, SILENCE, Printer
from tests.conftest import SignedIn
from tests.people import sign_in

LEDGER = {"kind": "ledger", "tenant": "331081"}


def order(client: TestClient, **asked: Any) -> dict[str, Any]:
    """Order an export and return its answer."""
    answer = client.post("/v1/exports", json={**LEDGER, **asked})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def print_next(printer: Printer) -> bool:
    """Let the printer print one order in a process of its own."""
    return asyncio.run(printer.turn(asyncio.Event()))


def print_here(database: Database, clock: ManualClock, claimed: Export) -> None:
    """Print a claimed order within the test's own process."""
    reports = Reports(database, load(), clock, charters(None))
    printing.print_order(database, clock, reports, claimed, kept=timedelta(days=7))


def claim(database: Database, clock: ManualClock) -> Export:
    """What a printer takes next."""
    with database.begin() as work:
        claimed = exports.claim(work, now=clock.now(), silence=SILENCE, most=ATTEMPTS)
    assert claimed is not None
    return claimed


def pieces(database: Database) -> int:
    """How many pieces of files there are."""
    with database.begin() as work:
        row = work.connection.execute("SELECT count(*) FROM export_piece").fetchone()
        return int(row[0]) if row else 0


def test_an_order_is_printed_by_a_process_and_fetched(client: TestClient, printer: Printer) -> None:
    """202 with a place to look; then the rows printed, the file's name and size, and the file, for a week."""
    made = order(client)

    assert ("waiting", 0, "") == (made["state"], made["rows"], made["file"])
    assert client.get(f"/v1/exports/{made['id']}/file").status_code == 409
    assert print_next(printer)

    told = client.get(f"/v1/exports/{made['id']}").json()
    file = client.get(told["file"])
    assert ("done", 5) == (told["state"], told["rows"])
    assert (told["size"], 200) == (len(file.content), file.status_code)
    assert "隐患台账-台州市温岭市" in told["name"]
    assert [told] == client.get("/v1/exports").json()
    assert not print_next(printer)


@pytest.mark.parametrize("form", FORMATS)
def test_the_file_is_what_the_form_is_at_once(
    client: TestClient, database: Database, clock: ManualClock, form: str
) -> None:
    """Byte for byte, and still so when more has become known meanwhile: the moment is that of the order."""
    at_once = client.get("/v1/reports/ledger", params={"tenant": "331081", "format": form})
    made = order(client, format=form)
    clock.advance(seconds=3_600)
    print_here(database, clock, claim(database, clock))

    file = client.get(f"/v1/exports/{made['id']}/file")

    assert at_once.content == file.content
    assert at_once.headers["content-type"] == file.headers["content-type"]
    assert at_once.headers["x-as-of"] == file.headers["x-as-of"]


def test_a_printer_that_is_killed_leaves_nothing_and_another_begins_anew(
    client: TestClient, database: Database, clock: ManualClock, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL in the middle of printing: no piece of a file, the order waits again, and the next attempt is whole."""
    made = order(client)
    killed: list[int] = []
    watch = printer._watch

    async def kill(process: Any, *rest: Any) -> bool:
        killed.append(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        return await watch(process, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(printer, "_watch", kill)
        assert print_next(printer)

    told = client.get(f"/v1/exports/{made['id']}").json()
    assert (1, "waiting", 0) == (len(killed), told["state"], pieces(database))
    assert print_next(printer)
    assert client.get(f"/v1/exports/{made['id']}").json()["state"] == "done"


def test_what_is_broken_off_again_and_again_has_failed(
    client: TestClient, database: Database, clock: ManualClock
) -> None:
    """Whoever prints dies silently three times: then it says so, and what to do."""
    made = order(client)
    for _ in range(ATTEMPTS):
        claim(database, clock)
        clock.advance(to=clock.now() + SILENCE + timedelta(seconds=1))
    with database.begin() as work:
        assert exports.claim(work, now=clock.now(), silence=SILENCE, most=ATTEMPTS) is None

    told = client.get(f"/v1/exports/{made['id']}").json()
    answer = client.get(f"/v1/exports/{made['id']}/file")

    assert ("failed", exports.BROKEN_OFF) == (told["state"], told["error"])
    assert (409, exports.BROKEN_OFF) == (answer.status_code, answer.json()["detail"])


def test_a_printer_that_was_frozen_cannot_end_what_another_prints(
    client: TestClient, database: Database, clock: ManualClock
) -> None:
    """The attempt fences: the earlier one keeps nothing when it wakes up."""
    made = order(client)
    frozen = claim(database, clock)
    clock.advance(to=clock.now() + SILENCE + timedelta(seconds=1))
    print_here(database, clock, claim(database, clock))
    whole = client.get(f"/v1/exports/{made['id']}/file").content

    with pytest.raises(LostTurnError):
        print_here(database, clock, frozen)

    assert whole == client.get(f"/v1/exports/{made['id']}/file").content
    assert pieces(database) == 1


def test_a_worker_that_stops_gives_back_what_it_prints(
    client: TestClient, database: Database, clock: ManualClock, shop: Shop, printer: Printer, tmp_path: Path
) -> None:
    """A stop in order is no failed attempt; the next life prints it."""
    made = order(client)

    async def stop_at_once() -> None:
        stopping = asyncio.Event()
        turn = asyncio.create_task(printer.turn(stopping))
        await asyncio.to_thread(
            eventually, lambda: client.get(f"/v1/exports/{made['id']}").json()["state"] == "running"
        )
        stopping.set()
        await turn

    asyncio.run(stop_at_once())

    with database.begin() as work:
        kept = exports.find(work, claim(database, clock).id, "county.331081")
    assert kept is not None
    assert (1, 0) == (kept.attempts, pieces(database))


def test_files_expire(client: TestClient, database: Database, clock: ManualClock, printer: Printer) -> None:
    """After their days they are gone, pieces and all, and the answer says so."""
    made = order(client)
    print_here(database, clock, claim(database, clock))
    clock.advance(to=clock.now() + timedelta(days=7, seconds=1))

    assert not print_next(printer)

    assert pieces(database) == 0
    assert client.get(f"/v1/exports/{made['id']}/file").status_code == 404


def test_nobody_else_sees_it(client: TestClient, database: Database, clock: ManualClock, signed_in: SignedIn) -> None:
    """Neither somebody of another county nor somebody above: an export belongs to who ordered it."""
    made = order(client)
    print_here(database, clock, claim(database, clock))

    for who in (signed_in(Role.COUNTY, "330402"), signed_in(Role.PROVINCE)):
        assert client.get(f"/v1/exports/{made['id']}", headers=who).status_code == 404
        assert client.get(f"/v1/exports/{made['id']}/file", headers=who).status_code == 404
        assert client.get("/v1/exports", headers=who).json() == []


def test_only_what_the_person_saw_is_printed(
    client: TestClient, database: Database, clock: ManualClock, signed_in: SignedIn
) -> None:
    """A town's clerk gets the town's rows; the county's ledger does not exist for them."""
    clerk = signed_in(Role.COUNTY, "331081001")
    refused = client.post("/v1/exports", json=LEDGER, headers=clerk)
    made = client.post("/v1/exports", json={"kind": "ledger", "tenant": "331081001", "format": "csv"}, headers=clerk)
    print_here(database, clock, claim(database, clock))

    file = client.get(f"/v1/exports/{made.json()['id']}/file", headers=clerk)

    assert refused.status_code == 404
    assert "H-3" in file.text
    assert "H-1" not in file.text


def test_who_is_limited_to_sectors_orders_nothing(
    client: TestClient, database: Database, clock: ManualClock, database_url: str, signed_in: SignedIn
) -> None:
    """Who prints knows no sectors: the file held every sector's rows. One that was printed before is theirs no more."""
    limited = sign_in(database_url, Role.DEPARTMENT, "331081", ["消防"])
    refused = client.post("/v1/exports", json=LEDGER, headers=limited)
    asked_at_once = client.get("/v1/reports/ledger", params={"tenant": "331081", "format": "csv"}, headers=limited)
    made = order(client)
    print_here(database, clock, claim(database, clock))
    with database.begin() as work:
        work.connection.execute("UPDATE export SET asked_by = 'department.331081.1'")

    afterwards = [client.get(f"/v1/exports{path}", headers=limited) for path in ("", f"/{made['id']}/file")]

    assert (refused.status_code, "限于部分行业" in refused.json()["detail"]) == (403, True)
    assert (asked_at_once.status_code, "H-1" in asked_at_once.text) == (200, False)
    assert (afterwards[0].json(), afterwards[1].status_code) == ([], 404)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"kind": "no-such"}, 404, id="no such form"),
        pytest.param({"tenant": "330402"}, 404, id="of another tenant"),
        pytest.param({"kind": "daily", "date": "2030-01-01"}, 400, id="of a day to come"),
        pytest.param({"date": "9999-12-31"}, 400, id="of the end of time"),
        pytest.param({"as_of": "0001-01-01T00:00:00+14:00"}, 400, id="as of before any time"),
        pytest.param({"format": "docx"}, 400, id="in no format of ours"),
        pytest.param({"rows": 5}, 400, id="a word we do not know"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_once(client: TestClient, asked: dict[str, Any], status: int) -> None:
    """The same answers as for a form that is asked for at once; nothing is queued."""
    answer = client.post("/v1/exports", json={**LEDGER, **asked})

    assert status == answer.status_code, answer.text
    assert client.get("/v1/exports").json() == []


def test_one_person_has_a_few_orders_at_once(client: TestClient) -> None:
    """The fourth that waits is refused, with a sentence."""
    for _ in range(3):
        order(client)

    answer = client.post("/v1/exports", json=LEDGER)

    assert answer.status_code == 409
    assert "请等它们结束" in answer.json()["detail"]


def test_an_export_cut_off_in_the_middle_keeps_no_file(
    client: TestClient, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away while the pieces are written: the order is not done, and no piece is there."""
    made = order(client)
    claimed = claim(database, clock)

    def cut(_file: io.BytesIO) -> Any:
        yield b"half"
        raise ConnectionError("away")

    with monkeypatch.context() as patch:
        patch.setattr(exports, "_cut", cut)
        with pytest.raises(ConnectionError):
            print_here(database, clock, claimed)

    assert client.get(f"/v1/exports/{made['id']}").json()["state"] == "running"
    assert pieces(database) == 0
