"""Where letters are written in tests: a real database, a clock that stands still, and hands for every move."""

from typing import Any

from fastapi import FastAPI

from contracts.decisions import Decision
from contracts.divisions import load
from contracts.pages import PAGES
from contracts.vocabulary import LetterKind
from runtime.database import Database
from runtime.pages import Frame
from services.notify.api import app
from services.notify.core.letters.letter import Letter
from services.notify.handlers.alarming import AlarmDesk
from services.notify.handlers.letters.answers import Answers
from services.notify.handlers.letters.office import Office as LetterOffice
from services.notify.store import letters
from tests.integration.notify_notices.office import YES, Office, back
from tests.unit.services.notify.core.letters.writing import DESK, supervision
from tests.unit.services.notify.given import DIVISIONS, seat

SIGNER = "签发人甲"


class Chancery(Office):
    """An office that writes letters; the supervising department receives some too."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.letters = letter_office(self)
        self.answers = Answers(database=self.database, divisions=DIVISIONS, clock=self.clock)
        self.seat(seat("office", "市应急管理局", addresses={"email": "yjj@example.cn"}))

    def drafted(self, record: Decision | None = None, kind: LetterKind | None = None) -> Letter:
        """The letter that a record drafts, of this kind where it drafts several."""
        told = record or supervision()
        self.hear(told)
        found = [each for each in self.all() if each.decision_id == told.decision_id and kind in {None, each.kind}]
        return found[0]

    def issued(self, record: Decision | None = None) -> Letter:
        """The letter that a record drafts, signed."""
        return self.letters.sign(self.drafted(record).id, by=SIGNER)

    def all(self) -> list[Letter]:
        """Every letter, in the order in which they were drafted."""
        ids = [row[0] for row in self.sql("SELECT id FROM letter ORDER BY drafted_at, id")]
        with self.database.begin() as work:
            found = letters.by_id(work, ids)
        return [found[each] for each in ids]

    def letter(self, letter_id: str) -> Letter:
        """One letter as it stands now."""
        with self.database.begin() as work:
            return letters.by_id(work, [letter_id])[letter_id]

    def post(self) -> list[Any]:
        """Take up whatever may leave by mail, deliver it, and return what left."""
        departures = self.email.take(100)
        self.email.keep([back(departure, YES) for departure in departures])
        return departures


def letter_office(office: Office, database: Database | None = None) -> LetterOffice:
    """Where people work on the letters of a test's office."""
    return LetterOffice(database=database or office.database, desk=DESK, divisions=DIVISIONS, clock=office.clock)


def frame(office: Office) -> Frame:
    """The frame of notify's pages."""
    addresses = dict.fromkeys(("intake", "escalation", "notify", "reporting"), "")
    return Frame(package="services.notify.api", service="notify", pages=PAGES, addresses=addresses, clock=office.clock)


def api(office: Office, *, alerts_token: str = "") -> FastAPI:
    """Notify's API with its pages, which enters the database as its own process does."""
    alarms = AlarmDesk(hearing=office.hearing(), database=office.entered, divisions=DIVISIONS, tenant="331081")
    return app.create(
        database=office.entered,
        divisions=load(),
        clock=office.clock,
        metrics=office.metrics,
        office=letter_office(office, office.entered),
        frame=frame(office),
        alarms=alarms,
        roles=office.tree.roles,
        alerts_token=alerts_token,
    )
