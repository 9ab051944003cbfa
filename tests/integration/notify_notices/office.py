"""Notify without its processes: a real database, a clock that stands still, and hands for every move."""

from collections.abc import Mapping
from typing import Any

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.testing import ManualClock
from services.notify.core.notice import Notice
from services.notify.core.retry import Outcome, Result
from services.notify.core.roster import Seat
from services.notify.core.routes import Routes
from services.notify.handlers.detouring import Detours
from services.notify.handlers.falling_back import Clocks
from services.notify.handlers.hearing import Hearing
from services.notify.handlers.letters.delivering import Enclosing
from services.notify.handlers.letters.drafting import Drafting
from services.notify.handlers.people import Counter
from services.notify.handlers.reminding import Reminding
from services.notify.handlers.sending import Departure, Desk, Return, Traits
from services.notify.metrics import NOTIFY_METRICS
from services.notify.store import deliveries, personal
from tests.people import as_role
from tests.unit.services.notify.core.letters.writing import DESK
from tests.unit.services.notify.given import DIVISIONS, NOW, ROSTER, decision, routes

TABLES = (
    "letter_rebuilt, letter_template, letter_scan, receipt_link, letter_act, letter_document, letter_number, letter, remembered, pace, pause, outage, "
    "notice_act, attempt, pii.attempt_to, pii.gone_address, pii.seat_holder, notice, decision_record, roster, silence, tenant_rule, master_switch, outbox"
)
YES = Outcome(result=Result.DELIVERED, answer="250 queued")
NO = Outcome(result=Result.PERMANENT, answer="550 no such user")
LATER = Outcome(result=Result.TEMPORARY, answer="451 try later")
UNKNOWN = Outcome(result=Result.AMBIGUOUS, answer="SMTPServerDisconnected")


class Office:
    """One committee office's notify."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, schema="notify", application_name="office")
        self._url = url
        self._entered: Database | None = None
        self.clock = ManualClock(NOW)
        self.roster = ROSTER
        self.metrics = Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS])
        self.tree = routes(settle_seconds=0)
        self.counter = Counter(database=self.database, clock=self.clock)
        self.email = self.desk("email")
        self.sql(f"TRUNCATE {TABLES} RESTART IDENTITY")
        self.sql("UPDATE installation SET incarnation = 1")
        self.seat(*ROSTER.seats)

    @property
    def entered(self) -> Database:
        """The same database as the API process enters it, with its own rights."""
        if self._entered is None:
            self._entered = Database(
                as_role(self._url, "notify", "api"), schema="notify", application_name="office api"
            )
        return self._entered

    def close(self) -> None:
        self.database.close()
        if self._entered is not None:
            self._entered.close()

    def desk(
        self,
        channel: str,
        *,
        repeatable: bool = False,
        tree: Routes | None = None,
        worker: str = "w-1",
        database: Database | None = None,
        **traits: Any,
    ) -> Desk:
        return Desk(
            traits=Traits(channel=channel, repeatable=repeatable, patience=30.0, **traits),
            database=database or self.database,
            routes=tree or self.tree,
            divisions=DIVISIONS,
            clock=self.clock,
            metrics=self.metrics,
            worker=worker,
            letters=Enclosing(rules=DESK.rules, divisions=DIVISIONS, address="https://notify.example.cn"),
        )

    def clocks(self) -> Clocks:
        return Clocks(database=self.database, routes=self.tree, divisions=DIVISIONS, clock=self.clock)

    def detours(
        self, tree: Routes | None = None, *, channels: tuple[str, ...] = ("email", "webhook", "sms")
    ) -> Detours:
        return Detours(
            database=self.database,
            routes=tree or self.tree,
            divisions=DIVISIONS,
            clock=self.clock,
            providers=dict.fromkeys(channels, lambda _address: ""),
        )

    def reminding(self) -> Reminding:
        return Reminding(
            hearing=self.hearing(), database=self.database, divisions=DIVISIONS, clock=self.clock, tenant="331081"
        )

    def hearing(self, tree: Routes | None = None) -> Hearing:
        drafting = Drafting(desk=DESK, divisions=DIVISIONS)
        return Hearing(routes=tree or self.tree, divisions=DIVISIONS, drafting=drafting, clock=self.clock)

    def hear(self, *records: Decision, tree: Routes | None = None) -> list[Notice]:
        with self.database.begin() as work:
            return self.hearing(tree).hear(work, records)

    def told(self, outcome: Outcome = YES, **changes: Any) -> Notice:
        """A decision heard and its one notice sent, with this outcome."""
        self.hear(decision(**changes))
        (departure,) = self.email.take(1)
        self.email.keep([back(departure, outcome)])
        return self.notice(departure.notice_id)

    def notice(self, notice_id: str) -> Notice:
        with self.database.begin() as work:
            return deliveries.notices_by_id(work, [notice_id])[notice_id]

    def seat(self, *seats: Seat) -> None:
        with self.database.begin() as work:
            personal.put_seats(work, seats)

    def sql(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self.database.begin() as work:
            found = work.connection.execute(statement.encode(), parameters)
            return found.fetchall() if found.description else []

    def states(self) -> dict[tuple[str, str], str]:
        """(decision, status) -> suppression or state, of every notice."""
        found = self.sql("SELECT decision_id, status, coalesce(suppression, state) FROM notice")
        return {(row[0], row[1]): row[2] for row in found}

    def announced(self) -> list[dict[str, Any]]:
        """The data of every fact in the outbox, in order."""
        rows = self.sql("SELECT value FROM outbox ORDER BY id")
        return [msgspec.json.decode(msgspec.json.decode(row[0], type=Fact).data) for row in rows]


def back(departure: Departure, outcome: Outcome = YES) -> Return:
    """The attempt as it came back."""
    return Return(departure.attempts, departure.message.notice_id, departure.address, outcome)
