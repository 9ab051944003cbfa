"""An overdue hazard climbs its ladder: the county gets one digest, the city sends one letter, nobody hears anything twice."""

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml
from docx import Document

from contracts.decisions import Decision
from contracts.divisions import load
from contracts.topics import PEOPLE_FACTS
from contracts.vocabulary import LetterKind, LetterState, Measure, RuleId, Status
from policies.tables import clauses
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.organs import letter_rules_from
from services.notify.core.letters.wording import Desk as WritingDesk
from services.notify.core.letters.wording import Quotation
from services.notify.core.places import Places
from services.notify.core.routes import routes_from
from services.notify.handlers.hearing import Hearing
from services.notify.handlers.letters.answers import Answers
from services.notify.handlers.letters.delivering import Enclosing
from services.notify.handlers.letters.drafting import Drafting
from services.notify.handlers.letters.office import Office
from services.notify.handlers.sending import Desk, Traits
from services.notify.metrics import NOTIFY_METRICS
from services.notify.store import letter_papers, personal
from services.notify.store.letter_listing import Wanted, list_letters
from tests.integration.notify_notices.office import TABLES, YES, back
from tests.unit.services.notify.given import seat

POLICIES = Path(__file__).parents[3] / "policies"
COUNTY, CITY, BUREAU = "371082", "371000", "市应急管理局"
SIGNER = "签发人甲"


class Mail(NamedTuple):
    """One mail as it left."""

    address: str
    title: str
    decisions: int
    letter: bytes | None
    receipt: str


class City:
    """Notify of 威海 with the policies that ship, a real database, and a clock that the story moves."""

    def __init__(self, url: str) -> None:
        table = load()
        rules = letter_rules_from(yaml.safe_load((POLICIES / "letters.yaml").read_text(encoding="utf-8")), table)
        routes = routes_from(yaml.safe_load((POLICIES / "routes.yaml").read_text(encoding="utf-8")))
        quotations = {row.clause: Quotation(row.notice, row.quotation) for row in clauses().values()}
        writing = WritingDesk(rules=rules, places=Places(table), clauses=quotations)
        self.database = Database(url, schema="notify", application_name="story")
        self.clock = ManualClock(datetime(2023, 5, 8, tzinfo=UTC))
        drafting = Drafting(desk=writing, divisions=table)
        self._hearing = Hearing(routes=routes, divisions=table, drafting=drafting, clock=self.clock)
        self.office = Office(database=self.database, desk=writing, divisions=table, clock=self.clock)
        self.answers = Answers(database=self.database, divisions=table, clock=self.clock)
        self._desk = Desk(
            traits=Traits(channel="email", repeatable=False, patience=30.0, most=50),
            database=self.database,
            routes=routes,
            divisions=table,
            clock=self.clock,
            metrics=Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS]),
            worker="story",
            letters=Enclosing(rules=rules, divisions=table, address="https://notify.example.cn"),
        )
        with self.database.begin() as work:
            work.connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY".encode())
            seats = [seat("office", unit, addresses={"email": f"{unit}@example.cn"}) for unit in (COUNTY, CITY, BUREAU)]
            personal.put_seats(work, [*seats, seat("leader", CITY, addresses={"email": "leader@example.cn"})])

    def hear(self, *records: Decision) -> None:
        """Records of one moment, heard when they became known."""
        self.clock.advance(to=max(self.clock.now(), records[0].known_at + timedelta(seconds=20)))
        with self.database.begin() as work:
            self._hearing.hear(work, records)

    def mails(self) -> Iterator[Mail]:
        """What leaves within the next minute; all of it arrives."""
        self.clock.advance(60)
        departures = self._desk.take(1000)
        self._desk.keep([back(each, YES) for each in departures])
        for each in departures:
            message = each.message
            letter = message.attachments[0].content if message.attachments else None
            yield Mail(each.address, message.title, message.count, letter, dict(message.lines).get("签收", ""))

    def letter(self, kind: LetterKind) -> Letter:
        """The one letter of a kind."""
        with self.database.begin() as work:
            (found,) = list_letters(work, Wanted(kind=kind.value))
        return found

    def missed(self) -> list[str]:
        """The decisions whose letters nobody answered, as announced to the people's topic."""
        self.answers.announce_missed()
        with self.database.begin() as work:
            rows = work.connection.execute("SELECT value FROM outbox WHERE topic = %s ORDER BY id", (PEOPLE_FACTS,))
            return [json.loads(row[0])["data"]["decision_id"] for row in rows]


@pytest.fixture
def city(database_url: str) -> Iterator[City]:
    """The city's notify."""
    made = City(database_url)
    yield made
    made.database.close()


def test_the_county_gets_one_digest_the_city_sends_one_letter_and_nobody_hears_twice(
    city: City, tmp_path: Path
) -> None:
    """Three hazards fall due together; two are put right, one climbs to the city's list."""
    ladder = decided(tmp_path)
    sent: list[Mail] = []

    city.hear(*(each for each in ladder if each.step == "first" and each.status is Status.RAISED))
    (digest,) = city.mails()
    assert (digest.address, digest.decisions) == (f"{COUNTY}@example.cn", 3)
    sent.append(digest)

    city.hear(*(each for each in ladder if each.status is Status.CLEARED))
    sent += city.mails()
    for step, kind in (("T+3", LetterKind.NOTICE_LETTER), ("T+7", LetterKind.SUPERVISION_LETTER)):
        city.hear(*(each for each in ladder if each.step == step))
        city.office.sign(city.letter(kind).id, by=SIGNER)
        sent += city.mails()
    supervision = city.letter(LetterKind.SUPERVISION_LETTER)
    assert supervision.state is LetterState.SENT

    receipt = next(mail.receipt for mail in sent if "督办函" in mail.title and mail.receipt)
    with city.database.begin() as work:
        link = letter_papers.link_of(work, receipt.rpartition("/")[2], city.clock.now())
    assert link is not None
    city.office.receive(link.letter_id, receiver="收文员乙", by="收文员乙")

    (proposed,) = (each for each in ladder if each.measure is Measure.LISTED_SUPERVISION)
    city.hear(proposed)
    sent += city.mails()
    city.hear(
        msgspec.structs.replace(
            proposed, status=Status.CONFIRMED, context={**proposed.context, "document_no": "威安办挂〔2023〕1号"}
        )
    )
    listing = city.office.sign(city.letter(LetterKind.LISTING_NOTICE).id, by=SIGNER)
    sent += city.mails()

    assert (listing.organ, listing.number) == (CITY, 1)
    of_the_city = [mail for mail in sent if mail.letter is not None and "挂牌督办" in mail.title]
    assert len({mail.address for mail in of_the_city}) == len(of_the_city) >= 1
    assert {text_of(mail.letter) for mail in of_the_city} == {text_of(of_the_city[0].letter)}
    assert "威安办发〔2023〕1号" in text_of(of_the_city[0].letter)
    assert [pair for pair, times in Counter((mail.address, mail.title) for mail in sent).items() if times > 1] == []

    for record in ladder:  # a replay of the whole log tells nobody anything
        city.hear(record)
    assert list(city.mails()) == []
    city.clock.advance(30 * 86_400)
    assert list(city.mails()) == []
    answered = {proposed.decision_id, city.letter(LetterKind.NOTICE_LETTER).decision_id}
    assert set(city.missed()) == answered  # not the 督办函: its receipt stopped the clock


def decided(folder: Path) -> list[Decision]:
    """What escalation decides about the three hazards, on a simulated clock."""
    events = folder / "events.jsonl"
    lines = [*(_event(n, "reported", _report(n), "2023-05-08") for n in (1, 2, 3))]
    lines += [_event(n, "rectified", {"by": "厂方"}, "2023-05-22") for n in (2, 3)]
    events.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    arguments = ["-m", "bihuan", "simulate", "--policy", "weihai-2021", "--events", str(events)]
    told = subprocess.run(
        [sys.executable, *arguments, "--until", "2023-06-10T00:00:00+08:00"], capture_output=True, check=True
    )
    records = [msgspec.json.decode(line, type=Decision) for line in told.stdout.splitlines()]
    return [record for record in records if record.rule is RuleId.OVERDUE]


def text_of(docx: bytes | None) -> str:
    """A letter's paragraphs."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(docx or b"")).paragraphs)


def _event(number: int, what: str, data: dict[str, Any], day: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{what}-{number}",
        "source": "/rongcheng/safety",
        "type": f"hazard.{what}.v1",
        "time": f"{day}T09:00:00+08:00",
        "tenant": COUNTY,
        "data": {"hazard_id": f"RC-{number}", **data},
    }


def _report(number: int) -> dict[str, Any]:
    site = {
        "id": f"S-{number}",
        "name": f"示范第{number}冷藏厂",
        "address": f"示范路{number}号",
        "kind": "unit",
        "sector": "工贸",
        "supervising_unit": BUREAU,
    }
    return {
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": site,
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": "2023-05-20",
        "responsible_unit": site["name"],
    }
