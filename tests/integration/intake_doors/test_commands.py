"""What an operator types: register, make a key, publish by both doors, look at letters and replay them, import."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.topics import PEOPLE_FACTS
from deploy.local import ports
from policies import files
from runtime import broker
from runtime.broker import Admin, NewTopic
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually, http_status
from tests.integration.intake_doors.scene import event

Bihuan = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def settings(kafka_brokers: str, database_url: str) -> ProcessSettings:
    """A broker with the topic of our own people."""
    made = ProcessSettings(database_url=SecretStr(database_url), kafka_brokers=kafka_brokers)
    admin = Admin(made, client_id="test")
    admin.create_topics([NewTopic(name=PEOPLE_FACTS, partitions=1)])
    admin.close()
    return made


@pytest.fixture
def bihuan(settings: ProcessSettings, database: Database) -> Bihuan:
    """Run one command in the settings of this test."""
    environment = {
        **os.environ,
        "BIHUAN_DATABASE_URL": settings.database_url.get_secret_value(),
        "BIHUAN_KAFKA_BROKERS": settings.kafka_brokers,
        "COLUMNS": "300",
    }

    def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bihuan", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def api(settings: ProcessSettings, database: Database, tmp_path: Path) -> Iterator[str]:
    """Intake's API process; yields its address."""
    port = ports.free_port()
    environment = {"BIHUAN_DATABASE_URL": settings.database_url.get_secret_value(), "BIHUAN_HTTP_PORT": str(port)}
    program = Program(["-m", "services.intake.main", "api"], environment=environment, output=tmp_path / "api.log")
    program.start()
    eventually(lambda: http_status(f"http://127.0.0.1:{port}/healthz/ready") == 200, within=60)
    yield f"http://127.0.0.1:{port}"
    program.kill()


def lines(path: Path, *documents: dict[str, Any] | bytes) -> Path:
    bodies = (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in documents)
    path.write_bytes(b"\n".join(bodies) + b"\n")
    return path


def test_a_source_is_registered_and_publishes_to_its_own_topic(
    bihuan: Bihuan, settings: ProcessSettings, tmp_path: Path
) -> None:
    """An unregistered source is refused with the command that registers it; afterwards every line is in the topic."""
    file = lines(tmp_path / "a.jsonl", event(source="/new/system"), b"{broken", event(source="/new/system", id="2"))

    refused = bihuan("publish", file)
    registered = bihuan("sources", "register", "new-system", "--source", "/new/system", "--tenant", "331081")
    published = bihuan("publish", file)
    taken = bihuan("sources", "register", "other", "--source", "/new/system", "--tenant", "331081", "--no-topic")

    assert (refused.returncode, "bihuan sources register" in refused.stderr) == (2, True)
    assert registered.returncode == 0, registered.stderr
    assert published.returncode == 0, published.stderr
    assert "inspection.new-system" in published.stdout
    assert (taken.returncode, "new-system" in taken.stderr) == (2, True)
    reader = broker.consumer(settings, client_id="test")
    partition = broker.Partition("inspection.new-system", 0)
    assert reader.end_offsets([partition])[partition] == 3
    reader.close()
    assert "/new/system" in bihuan("sources", "list").stdout
    assert bihuan("sources", "register", "Bad Slug", "--tenant", "331081").returncode == 2
    assert bihuan("sources", "register", "ok", "--tenant", "33x").returncode == 2


def test_nobody_becomes_ourselves(bihuan: Bihuan) -> None:
    """Whoever held a key of our own source, or spoke by one of our names, could do what any person may."""
    refused = [
        bihuan("sources", "register", "bihuan", "--tenant", "331081"),
        bihuan("sources", "register", "ok", "--tenant", "331081", "--source", "/bihuan/intake", "--no-topic"),
        bihuan("keys", "create", "--source", "bihuan"),
    ]

    assert [(one.returncode, "本系统自己的" in one.stderr) for one in refused] == [(2, True)] * 3


def test_over_http_each_refused_line_is_named_and_its_letter_can_be_replayed(
    bihuan: Bihuan, api: str, tmp_path: Path
) -> None:
    """The exit code says that something was refused; sending the file again doubles nothing."""
    good = [event(id=f"h-{n}") for n in range(700)]
    file = lines(tmp_path / "b.jsonl", *good, event(id="bad", time="x"), b"{broken", event(id="far", tenant="330300"))

    first = bihuan("publish", file, "--http", "--url", api)
    second = bihuan("publish", file, "--http", "--url", api)
    letters = [json.loads(line) for line in bihuan("dead-letters", "list", "--format", "jsonl").stdout.splitlines()]
    shown = bihuan("dead-letters", "show", str(letters[0]["id"]))
    stays = bihuan("dead-letters", "replay", "--reason", "bad_time")
    wider = bihuan(
        "sources", "register", "county", "--source", "/county/safety", "--tenant", "331081", "--tenant", "330300"
    )
    goes = bihuan("dead-letters", "replay", "--reason", "not_allowed")

    assert first.returncode == second.returncode == 1
    assert first.stdout == "703 行已发送，3 行被拒收\n"
    assert [line.split(": ")[0].rpartition(":")[2] for line in first.stderr.splitlines()] == ["701", "702", "703"]
    assert [letter["reason"] for letter in letters] == ["not_allowed", "bad_time"] * 2
    assert json.loads(shown.stdout)["text"].startswith("{")
    assert (stays.returncode, stays.stdout.count("rejected")) == (1, 2)
    assert wider.returncode == 0, wider.stderr
    assert (goes.returncode, goes.stdout.count("accepted"), goes.stdout.count("duplicate")) == (0, 1, 1)
    assert bihuan("dead-letters", "replay").returncode == 2


def test_keys_are_shown_once_and_end_when_revoked(bihuan: Bihuan, database: Database) -> None:
    """The database holds no secret; a key is never wider than its source."""
    made = bihuan("keys", "create", "--source", "county", "--tenant", "331081003", "--label", "feed")
    token = made.stdout.strip()
    prefix = token.split("_")[1]
    with database.begin() as work:
        row = work.connection.execute("SELECT row_to_json(k)::text FROM api_key AS k").fetchone()

    assert made.returncode == 0, made.stderr
    assert row is not None
    assert token.split("_")[2] not in row[0]
    assert "valid" in bihuan("keys", "list").stdout
    narrowed = bihuan(
        "sources", "register", "county", "--tenant", "331081001", "--source", "/county/safety", "--no-topic"
    )
    assert (narrowed.returncode, f"密钥 {prefix}" in narrowed.stderr) == (2, True)
    assert bihuan("keys", "revoke", prefix).returncode == 0
    assert "revoked" in bihuan("keys", "list").stdout
    assert bihuan("keys", "revoke", prefix).returncode == 2
    assert bihuan("keys", "create", "--source", "county", "--tenant", "330300").returncode == 2
    assert bihuan("keys", "create", "--source", "nobody").returncode == 2
    assert bihuan("keys", "create").returncode == 2


def test_a_key_is_rotated_with_an_overlap(bihuan: Bihuan) -> None:
    """The list shows both, what they are bound to, and that nobody has used them."""
    bound = ("--network", "10.1.0.0/16", "--per-second", "20", "--burst", "100")
    old = bihuan("keys", "create", "--source", "county", *bound).stdout.split("_")[1]
    rotated = bihuan("keys", "rotate", old, "--overlap-hours", "2")
    new = rotated.stdout.split("_")[1]
    shown = [line for line in bihuan("keys", "list").stdout.splitlines() if old in line or new in line]

    assert rotated.returncode == 0, rotated.stderr
    assert f"旧密钥 {old} 到 " in rotated.stderr
    assert len(shown) == 2
    assert all("10.1.0.0/16" in line and "20/s" in line and "valid" in line and "never" in line for line in shown)
    assert bihuan("keys", "create", "--source", "county", "--network", "10.1.0.1/16").returncode == 2
    assert bihuan("keys", "rotate", "000000000000").returncode == 2


def test_a_ledger_is_imported_twice_and_adds_nothing_the_second_time(bihuan: Bihuan, tmp_path: Path) -> None:
    """Its source is registered with it; refused rows are written as a table; another tenant is refused."""
    ledger = files.folder() / "demonstration" / "ledger.csv"
    told = ("--mapping", "demonstration-ledger", "--source", "zeguo")
    table = tmp_path / "refused.csv"

    dry = bihuan("import", ledger, *told, "--tenant", "331081006", "--dry-run")
    first = bihuan("import", ledger, *told, "--tenant", "331081006", "--refused", table)
    second = bihuan("import", ledger, *told, "--tenant", "331081006")

    assert dry.returncode == first.returncode == second.returncode == 0, first.stderr
    assert "新增 104" in dry.stdout
    assert "新增 104" in first.stdout
    assert "新增 0，更正 0，撤销 0，未变 104" in second.stdout
    assert "较大 不在映射的词表 level 里" in first.stderr
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 10
    assert bihuan("import", ledger, *told, "--tenant", "331081003").returncode == 2
    assert bihuan("import", ledger, "--mapping", "mine-ledger", "--source", "x", "--tenant", "331081").returncode == 2
    assert bihuan("import", ledger, "--mapping", "none", "--source", "x", "--tenant", "331081").returncode == 2


def test_the_clock_is_shown_and_accepted_by_name(bihuan: Bihuan) -> None:
    """Whoever lets time go on says why."""
    assert "last tick" in bihuan("clock", "show").stdout
    assert bihuan("clock", "accept", "--reason", "checked").returncode == 0
    assert bihuan("clock", "accept").returncode == 2
