"""A calendar is changed through the log: stored cases are counted anew, some a transaction, whatever breaks off."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
import typer

from bihuan.calendar import Set, changing, journal, publish, set_days, show
from bihuan.people_topic import announce, event
from contracts.events import Event, read_event
from contracts.events.table import RECOUNTED_TYPE
from contracts.facts import Fact
from contracts.topics import PEOPLE_SOURCE
from policies import files
from runtime.access.audit import Witness
from runtime.database import Acting, Database, acting
from runtime.errors import Rejected
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.calendar_changes import CHANGED
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler, recounting
from services.escalation.packs import read_packs
from services.escalation.store import calendars
from services.escalation.store.lawbook import LawBook
from tests.integration.escalation_decisions.log import Log, activated, announced, announcements, read, rows
from tests.unit.services.escalation.core.test_calendar_changes import ROOT, days, from_the_grid, handed_over
from tests.unit.services.escalation.stories import all_divisions, moment

HAZARDS = 12
CHANGE = days("2021-05-26=holiday", when="2021-05-24 10:00")
PAST = days("2021-05-20=holiday", when="2021-05-24 11:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with the pack of 威海 alone."""
    pack = files.folder() / "weihai-2021.yaml"
    (tmp_path / pack.name).write_bytes(pack.read_bytes())
    return tmp_path


@pytest.fixture
def worker(folder: Path, metrics: Metrics, clock: ManualClock) -> Iterator[EscalationHandler]:
    """A worker that starts now, and counts few cases at a time."""
    before, recounting.AT_ONCE = recounting.AT_ONCE, 5
    yield made(folder, metrics, clock)
    recounting.AT_ONCE = before


def made(folder: Path, metrics: Metrics, clock: ManualClock) -> EscalationHandler:
    book = LawBook(read_packs(folder), all_divisions())
    return EscalationHandler(Engine(book.brought), metrics, clock, deadlines_at_once=4000, book=book)


def log(*changes: Fact) -> Log:
    """A dozen hazards of a Friday that wait for an answer, one that was answered, and changes of the calendar."""
    told = Log(ROOT).hear(activated(ROOT, moment("2021-05-10")), moment("2021-05-10"))
    for place in range(HAZARDS):
        told.hear(from_the_grid("2021-05-21 09:00", f"H-{place:02}"), moment("2021-05-21 09:00"))
    told.hear(from_the_grid("2021-05-21 09:00", "H-done"), moment("2021-05-21 09:00"))
    told.hear(handed_over("2021-05-21 12:00", "H-done"), moment("2021-05-21 12:00"))
    told.tick(moment("2021-05-24 09:00"))
    for change in changes:
        told.hear(change, change.time)
    return told


def dates(database: Database) -> dict[str, str]:
    """The hazards' armed clocks."""
    found = rows(database, "SELECT id, next_at FROM case_file WHERE kind = 'hazard' ORDER BY id")
    return {name: f"{at + timedelta(hours=8):%m-%d}" if at else "" for name, at in found}


def test_every_open_case_is_counted_anew_whatever_is_cut(
    database: Database, worker: EscalationHandler, folder: Path, metrics: Metrics, clock: ManualClock
) -> None:
    """Transactions that are lost and a worker that takes over: each date moves once, and the journal has each once."""
    story = log(CHANGE)

    read(database, worker, story.records[:-1])
    assert set(dates(database).values()) == {"05-27", ""}
    read(database, worker, story.records[-1:], cut=(0, 2))
    read(database, made(folder, metrics, clock), story.records[-1:])  # read again by another: it is done with

    assert {at for name, at in dates(database).items() if name != "H-done"} == {"05-28"}
    with database.begin() as work:
        journal = calendars.journal(work, committee=ROOT, limit=100)
    assert sorted(line.case_id for line in journal) == [f"H-{place:02}" for place in range(HAZARDS)]
    assert {(line.rule, line.before_at, line.after_at, line.reason) for line in journal} == {
        ("same_day_handover", moment("2021-05-27"), moment("2021-05-28"), "台风停工")
    }
    told = [fact for fact in announcements(database) if fact.type == RECOUNTED_TYPE]
    assert len({fact.id for fact in told}) == len(told) == HAZARDS
    assert rows(database, "SELECT count(*) FROM fact WHERE type = %s", CHANGED) == [(1,)]


def test_what_falls_due_later_falls_due_by_the_new_date(database: Database, worker: EscalationHandler) -> None:
    """No breach on the 27th, all of them on the 28th; told once."""
    story = log(CHANGE).tick(moment("2021-05-27 12:00")).tick(moment("2021-05-28 12:00"))

    read(database, worker, story.records)

    breaches = [one for one in announced(database) if one.rule == "same_day_handover" and not one.step]
    assert [one.at for one in breaches] == [moment("2021-05-28")] * HAZARDS


def test_a_change_of_the_past_is_refused_with_the_sentence(database: Database, worker: EscalationHandler) -> None:
    """It is put aside as `bad_calendar` and moves nothing; what comes after it is applied."""
    story = log(PAST, CHANGE)
    read(database, worker, story.records[:-2])

    with pytest.raises(Rejected) as refused:
        read(database, worker, story.records[-2:-1])
    read(database, worker, story.records[-1:])

    assert refused.value.reason == "bad_calendar"
    assert "2021-05-20 已经过去" in refused.value.detail[0]
    assert set(dates(database).values()) == {"05-28", ""}


@pytest.fixture
def commanding(
    database: Database,
    worker: EscalationHandler,
    folder: Path,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[Fact]:
    """The log read up to the morning of 24 May, and what the commands send instead of the broker."""
    read(database, worker, log().records)
    clock = tmp_path / "clock"
    clock.write_text(moment("2021-05-24 10:00").isoformat(), encoding="ascii")
    for name, value in {"DATABASE_URL": database_url, "POLICIES_DIR": str(folder), "CLOCK_FILE": str(clock)}.items():
        monkeypatch.setenv(f"BIHUAN_{name}", value)
    sent: list[Fact] = []
    monkeypatch.setattr("bihuan.people_topic.announce", lambda _settings, facts: sent.extend(facts))
    return sent


def test_a_dry_run_lists_what_would_move(commanding: list[Fact], capsys: pytest.CaptureFixture[str]) -> None:
    """In words, a date a line; nothing is sent and nothing written."""
    set_days(["2021-05-26=holiday"], [ROOT], reason="台风停工", dry_run=True)

    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "371000 hazard H-00：下一期限由2021-05-27 00:00改为2021-05-28 00:00"
    assert len(out.splitlines()) == HAZARDS
    assert err == "将为 1 个安委会设定 1 天\n"
    assert commanding == []


def test_the_event_is_one_that_intake_takes(
    commanding: list[Fact], database: Database, worker: EscalationHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what it leads to is printed by `journal` and `show`."""
    set_days(["2021-05-26=holiday:台风"], None, reason="台风停工", by="wang", document_no="威应急〔2021〕3号")
    (fact,) = commanding
    assert isinstance(read_event(msgspec.json.decode(event(fact)), people=True), Event)
    read(database, worker, log(fact).records[-1:])
    capsys.readouterr()

    journal(tenant=ROOT, case="H-03", limit=10)
    show(tenant=ROOT, year=None)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("隐患H-03：")
    assert (
        "的期限由2021年5月26日24时改为2021年5月27日24时，已确定（2021年5月24日10时00分日历调整：威应急〔2021〕3号）。"
        in lines[0]
    )
    assert lines[1:] == ["已公布放假安排的年份：2010至2026", "2021-05-26  休息日  台风  威应急〔2021〕3号"]


class Taking:
    """A broker that takes whatever is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, _topic: str, *, value: bytes, **_told: object) -> "Taking":
        """Take a record."""
        self.sent.append(value)
        return self

    def get(self, _seconds: float) -> None:
        """Say that it is taken."""

    def close(self) -> None:
        """End it."""


def test_who_typed_it_stands_in_the_audit_whatever_the_fact_says(
    commanding: list[Fact], database: Database, worker: EscalationHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--by director` was the director's act in the county's audit, and whoever typed it stood nowhere."""
    took = Taking()
    monkeypatch.setattr("bihuan.people_topic.announce", announce)
    monkeypatch.setattr("runtime.broker.producer", lambda *_given, **_told: took)
    typed = ["calendar", "set", "2021-05-26=holiday", "--by", "director"]
    before = acting.set(Acting(witness=Witness(actor="typist@local", act="bihuan calendar", about=" ".join(typed[1:]))))
    set_days(["2021-05-26=holiday"], [ROOT], reason="台风停工", by="director")
    acting.reset(before)
    said = Set(((date(2021, 5, 26), "holiday", ""),), "director", "台风停工", "")
    read(database, worker, log(changing(ROOT, said, moment("2021-05-24 10:00"))).records[-1:])

    entries = rows(database, "SELECT actor, act, object, detail FROM access.audit WHERE tenant = %s ORDER BY seq", ROOT)

    assert len(took.sent) == 1
    assert [entry[:3] for entry in entries[-2:]] == [
        ("typist@local", "bihuan calendar", "set 2021-05-26=holiday --by director"),
        (PEOPLE_SOURCE, "calendar changed", ""),
    ]
    assert entries[-1][3].startswith("by director")


@pytest.mark.parametrize(
    ("said", "tenant", "words"),
    [
        pytest.param("2021-05-20=holiday", ROOT, "2021-05-20 已经过去", id="the past"),
        pytest.param("2031-05-20=holiday", ROOT, "先公布 2031 年", id="beyond the table"),
        pytest.param("2021-05-26=holiday", "371083", "371083 不是安委会的根代码；安委会有：371000", id="a county"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_not_sent(
    commanding: list[Fact], capsys: pytest.CaptureFixture[str], said: str, tenant: str, words: str
) -> None:
    """Exit code 1 and the sentence."""
    with pytest.raises(typer.Exit) as ended:
        set_days([said], [tenant], reason="台风停工")

    assert ended.value.exit_code == 1
    assert words in capsys.readouterr().err
    assert commanding == []


def test_a_known_year_is_not_published_again(commanding: list[Fact], capsys: pytest.CaptureFixture[str]) -> None:
    """Single days are set instead."""
    with pytest.raises(typer.Exit):
        publish(2026, "国办发明电〔2025〕7号", None, None)

    assert "2026 年已经公布；改个别日子用 bihuan calendar set" in capsys.readouterr().err
    assert commanding == []


@pytest.mark.parametrize("said", ["2021-05-26", "26.5.=holiday", "2021-05-26=off"])
def test_a_day_that_cannot_be_read_is_wrong_usage(said: str) -> None:
    """With the form it should have."""
    with pytest.raises(typer.BadParameter, match="写"):
        set_days([said], [ROOT], reason="台风停工")
