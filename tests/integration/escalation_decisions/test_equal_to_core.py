"""Whatever the history and however it is cut into batches, the handler decides what the pure core decides."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.facts import Fact
from runtime.database import Database
from services.escalation.core.case import Case, decode_case
from services.escalation.core.engine import Engine
from services.escalation.core.simulation import simulate
from tests.integration.escalation_decisions.conftest import MakeHandler, emptied
from tests.integration.escalation_decisions.log import Log, activated, announced, announcements, read, reference, rows
from tests.unit.services.escalation.stories import fact, law_of, moment, report

BINDS = moment("04-28")
START = moment("05-08")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
TOWNS = ("331081003", "331081006")

Told = tuple[Fact, datetime]


@st.composite
def told(draw: st.DrawFn) -> list[Told]:
    """Facts about three hazards of two sites over thirty days, each with when it became known; some come late."""
    facts: list[Told] = [(activated("331081", BINDS), BINDS)]
    for number in range(draw(st.integers(1, 18))):
        known = START + timedelta(minutes=draw(st.integers(0, 30 * 24 * 60)), microseconds=number + 1)
        happened = known - timedelta(minutes=draw(st.sampled_from([0, 5, 60, 60 * 24 * 3])))
        facts.append((draw(_fact(number, happened)), known))
    return sorted(facts, key=lambda one: one[1])


@st.composite
def _fact(draw: st.DrawFn, number: int, happened: datetime) -> Fact:
    hazard = draw(st.sampled_from(["H-1", "H-2", "H-3"]))
    tenant = TOWNS[hazard == "H-3"]
    kind = draw(
        st.sampled_from(["reported", "reported", "rectified", "reinspected", "closed", "regraded", "extension"])
    )
    if kind == "reported":
        made = report(
            "05-08",
            hazard,
            tenant=tenant,
            level=draw(st.sampled_from(["general", "general", "major"])),
            found_by=draw(st.sampled_from(["inspection", "undercover"])),
            rectify_by=draw(st.sampled_from(["2023-05-20", "2023-05-12", None])),
            inspection_id=f"I-{number}",
            site={"id": "S-1" if hazard != "H-2" else "S-2", "name": "示范机械厂"},
        )
    elif kind == "extension":
        made = fact(
            "hazard.extension_decided", "05-08", tenant=tenant, hazard_id=hazard, granted=True, until="2023-05-28"
        )
    else:
        words = {"reinspected": {"passed": draw(st.booleans())}, "regraded": {"level": "major", "reason": "复核"}}
        made = fact(f"hazard.{kind}", "05-08", tenant=tenant, hazard_id=hazard, **words.get(kind, {}))
    return msgspec.structs.replace(made, id=f"E-{number}", time=happened, recordedtime=happened)


def log_of(facts: Iterable[Told], *, until: datetime) -> Log:
    """The facts as they became known, each after a tick right before it, and a last tick."""
    log = Log()
    for one, known in facts:
        log.tick(known - timedelta(microseconds=1)).hear(one, known)
    return log.tick(until)


def cases_of(database: Database) -> dict[str, Case]:
    return {
        str(case.key): case
        for case in map(decode_case, (state for (state,) in rows(database, "SELECT state FROM case_file")))
    }


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(facts=told(), size=st.integers(1, 12), at_once=st.integers(1, 6))
def test_batches_and_limits_change_nothing(
    database_url: str,
    database: Database,
    engine: Engine,
    make_handler: MakeHandler,
    facts: list[Told],
    size: int,
    at_once: int,
) -> None:
    """Records, their order and the cases are those of one walk through the log."""
    emptied(database_url)
    log = log_of(facts, until=START + timedelta(days=40))

    read(database, make_handler(at_once), log.records, size)

    decisions, cases = reference(engine, log.records)
    assert announced(database) == decisions
    assert cases_of(database) == {str(key): case for key, case in cases.cases.items()}


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(facts=told())
def test_live_and_simulated_are_one(
    database_url: str, database: Database, make_handler: MakeHandler, facts: list[Told]
) -> None:
    """With a tick right before each fact, the handler decides what `simulate` decides, at the same instants."""
    emptied(database_url)
    until = START + timedelta(days=40)
    read(database, make_handler(), log_of(facts, until=until).records)

    known = [msgspec.structs.replace(one, acceptedtime=known) for one, known in facts[1:]]
    simulated = simulate(law_of("wenling-2023"), known, None, until)

    assert _in_order(announced(database)) == _in_order(simulated)


def test_replaying_the_log_gives_the_same_facts(
    database_url: str, database: Database, make_handler: MakeHandler
) -> None:
    """Into an empty schema, cut otherwise: the same documents with the same ids in the same order."""
    facts = [(activated("331081", BINDS), BINDS)]
    for number in range(6):
        known = START + timedelta(hours=number + 1)
        facts.append((report("05-08 09:00", f"H-{number}", inspection_id=f"I-{number}"), known))
    log = log_of(facts, until=START + timedelta(days=20))
    read(database, make_handler(), log.records)
    once = announcements(database)
    emptied(database_url)

    read(database, make_handler(2), log.records, size=3)

    assert announcements(database) == once
    assert len(once) > 20


@pytest.mark.parametrize(
    ("at_once", "transactions"),
    [
        pytest.param(1, 26, id="one at once, and once more to see that none is left"),
        pytest.param(2, 13, id="the last finds one only, so none is left"),
        pytest.param(3, 9, id="three at once"),
        pytest.param(100, 1, id="all at once"),
    ],
)
def test_a_tick_with_more_deadlines_than_fit_is_stayed_at(
    database: Database, engine: Engine, make_handler: MakeHandler, at_once: int, transactions: int
) -> None:
    """Each transaction lets some pass; the fact behind the tick waits until all have."""
    log = Log()
    for number in range(5):
        log.hear(report("05-08 09:00", f"H-{number}"), START + timedelta(hours=1))
    log.tick(moment("05-30"))
    log.hear(fact("hazard.rectified", "05-19", hazard_id="H-4", by="u1"), moment("05-30 00:01"))

    needed = read(database, make_handler(at_once), log.records)

    assert needed == transactions  # for 25 deadlines: two reminders and three rungs of five hazards
    assert announced(database) == reference(engine, log.records)[0]


def _in_order(records: Iterable[Decision]) -> list[Decision]:
    return sorted(records, key=lambda record: (record.known_at, record.at, record.decision_id, record.status))
