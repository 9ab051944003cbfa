"""An operator at the keyboard sees notices, takes up what got stuck, and stops everything."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from bihuan.main import build
from contracts.vocabulary import Measure, NoticeState
from services.notify.store import deliveries
from tests.integration.notify_notices.office import NO, UNKNOWN, YES, Office
from tests.unit.services.notify.given import decision

Command = Callable[..., Result]
ROSTERS = Path(__file__).parents[3] / "policies" / "rosters"


@pytest.fixture
def bihuan(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """The command line, against the test's database."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(build([arguments[0]]), list(arguments))

    return run


def test_notices_are_listed_by_state(office: Office, bihuan: Command) -> None:
    """As a table to read, or as lines to work on."""
    office.told(NO)
    office.told(YES, decision_id="d-2", occurrence="1")

    table = bihuan("notices", "list", "--state", "failed")
    lines = bihuan("notices", "list", "--format", "jsonl", "--tenant", "331081")

    assert "550 no such user" in table.stdout
    assert {json.loads(line)["decision_id"] for line in lines.stdout.splitlines()} == {"d-1", "d-2"}


def test_one_notice_is_shown_by_the_beginning_of_its_id(office: Office, bihuan: Command) -> None:
    """With its attempts, and without personal data."""
    notice = office.told(NO)

    shown = bihuan("notices", "show", notice.id[:10])

    trail = json.loads(shown.stdout)
    assert (trail["notice"]["id"], trail["attempts"][0]["address"]) == (notice.id, "o***@example.cn")


def test_a_notice_nobody_knows_is_refused(office: Office, bihuan: Command) -> None:
    """With a sentence and status 1."""
    result = bihuan("notices", "show", "feed")

    assert (result.exit_code, "没有通知 feed" in result.stderr) == (1, True)
    assert office.states() == {}


def test_a_failed_notice_is_sent_again(office: Office, bihuan: Command) -> None:
    """The trail names who asked; one that is delivered is refused."""
    failed = office.told(NO)
    delivered = office.told(YES, decision_id="d-2", occurrence="1")

    again = bihuan("notices", "retry", failed.id, "--by", "甲", "--reason", "地址已更正")
    refused = bihuan("notices", "retry", delivered.id)

    assert (again.exit_code, office.notice(failed.id).state) == (0, NoticeState.RETRYING)
    assert office.sql("SELECT author, reason FROM notice_act") == [("甲", "地址已更正")]
    assert (refused.exit_code, "delivered to retrying" in refused.stderr) == (1, True)


def test_an_unknown_outcome_is_settled(office: Office, bihuan: Command) -> None:
    """As the recipient said."""
    notice = office.told(UNKNOWN)

    bihuan("notices", "settle", notice.id, "delivered", "--by", "甲")

    assert office.notice(notice.id).state is NoticeState.DELIVERED


def test_sending_is_stopped_and_resumed(office: Office, bihuan: Command) -> None:
    """What was set aside is counted, and sent when that is asked for."""
    stopped = bihuan("notices", "stop", "--reason", "误发", "--by", "甲")
    office.hear(decision())

    held = bihuan("notices", "resume")
    released = bihuan("notices", "resume", "--release")

    assert stopped.exit_code == 0
    assert "1 条通知仍搁置" in held.stdout
    assert "1 条搁置的通知重新排队" in released.stdout
    assert office.states() == {("d-1", "raised"): "created"}


def test_routes_say_who_is_told_and_why(office: Office, bihuan: Command, tmp_path: Path) -> None:
    """For a file of records with a roster file nothing is asked of the database; nothing is kept."""
    records = [decision(), decision(decision_id="d-2", measure=Measure.INSTANT_REPORT)]
    file = tmp_path / "records.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(record) for record in records))

    told = bihuan("routes", "test", str(file), "--roster", str(ROSTERS / "demonstration.yaml"), "--format", "jsonl")

    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(row["decision_id"], row["recipient"], row["verdict"]) for row in rows] == [
        ("d-1", "office@331081001", "发送"),
        ("d-2", "duty@331081", "发送"),
        ("d-2", "office@331081", "发送"),
        ("d-2", "duty@331081001", "发送"),
    ]
    assert rows[1]["why"] == "默认/即时报告（措施 即时报告） → duty@331081"
    assert office.states() == {}


def test_routes_know_a_decision_by_its_id(office: Office, bihuan: Command) -> None:
    """With the roster and the switches as they stand."""
    office.hear(decision())
    office.counter.stop(author="甲", reason="误发")

    told = bihuan("routes", "test", "d-1")

    assert "总开关关闭" in told.stdout
    assert bihuan("routes", "test", "d-404").exit_code == 2


def test_a_roster_is_taken_over(office: Office, bihuan: Command, tmp_path: Path) -> None:
    """The one that ships reads without a fault; one that cannot be used changes nothing."""
    office.sql("TRUNCATE roster CASCADE")
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 1\nseats: [{role: a@b, unit: u, holder: h, addresses: {email: x}, since: 2020-01-01}]")

    taken = bihuan("routes", "roster", str(ROSTERS / "demonstration.yaml"))
    refused = bihuan("routes", "roster", str(broken))

    assert (taken.exit_code, office.sql("SELECT count(*) FROM roster")) == (0, [(57,)])
    assert (refused.exit_code, "不能有 @ 或 /" in refused.stderr) == (1, True)


def test_files_are_checked_before_they_are_used(bihuan: Command, tmp_path: Path) -> None:
    """The routes that ship are good; a fault is named with its place."""
    broken = tmp_path / "routes.yaml"
    broken.write_text("version: 1\nroles: {}\nroute: {name: 全部, to: [office]}")

    good = bihuan("routes", "check", "--roster", str(ROSTERS / "demonstration.yaml"))
    bad = bihuan("routes", "check", str(broken))

    assert (good.exit_code, "57 个席位" in good.stdout) == (0, True)
    assert (bad.exit_code, "全部: role 'office' is not listed under roles" in bad.stderr) == (1, True)


def test_the_whole_of_a_decision_is_readable_from_the_store(office: Office) -> None:
    """What a person sees by id is what was heard."""
    (notice,) = office.hear(decision())

    with office.database.begin() as work:
        words = deliveries.words_of(work, [notice])[notice.id]

    assert words.decision == decision()
