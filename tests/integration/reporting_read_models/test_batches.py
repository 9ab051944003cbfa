"""What the tables hold is a function of the facts, in whatever order and however often they come."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from contracts.facts import Fact
from contracts.topics import slot_of
from contracts.vocabulary import NoticeState, RuleId, Status
from runtime.database import Database
from runtime.errors import NewerVersion, Rejected
from runtime.streams import Record
from services.reporting.core.decided import STANDING
from services.reporting.core.rows import HazardKey
from services.reporting.core.scope import EVERYTHING, Scope
from services.reporting.handlers.applying import ReadModels
from services.reporting.store import frontier, hazards, lists, notices
from tests.integration.reporting_read_models.log import batches, decided, records, told
from tests.integration.reporting_read_models.log import tick as tick_of
from tests.unit.services.reporting.facts import at, fact, follow, reported

TABLES = {
    "hazard": "committee, namespace, hazard_id",
    "tally": "committee, tenant, sector, level, state, overdue",
    "decision": "committee, decision_id",
    "notice": "committee, notice_id",
    "notice_decision": "committee, decision_id, notice_id",
    "site": "committee, namespace, site_id",
    "flow": "committee, tenant, day",
    "cause": "committee, tenant, month, category",
    "fact": "committee, source, event_id",
}
SLOT = slot_of("331081")


def apply(database: Database, models: ReadModels, facts: Sequence[Fact], *, size: int = 100) -> None:
    """Hand the facts over in transactions of `size` records."""
    log = records(facts)
    for start in range(0, len(log), size):
        with database.begin() as work:
            models.handle(work, batches(log[start : start + size]))


def tables(database: Database) -> dict[str, list[Any]]:
    """Everything that is shown, sums that fell to nothing left out, and so is the order in which facts were kept."""
    with database.begin() as work:
        hazards.drop_empty_sums(work)
        return {
            name: [
                row[:-1] if name == "fact" else row
                for row in work.connection.execute(f"SELECT * FROM {name} ORDER BY {order}").fetchall()
            ]
            for name, order in TABLES.items()
        }


def mismatch(database: Database) -> int:
    with database.begin() as work:
        return hazards.mismatch(work)


def row_of(database: Database, hazard_id: str = "H-1") -> Any:
    with database.begin() as work:
        return lists.one(work, HazardKey("331081", "test", hazard_id), EVERYTHING)


@pytest.fixture
def story() -> list[Fact]:
    """Three hazards: one overdue and cleared, one corrected and moved, one voided; with decisions and notices."""
    facts = [
        reported(),
        follow("handed_over", at("2023-05-08 15:00"), to_unit="示范机械有限公司"),
        follow("rectified", at("2023-05-26 10:00"), event_id="done-1", by="乙一"),
        follow("reinspected", at("2023-05-27 10:00"), event_id="re-1", passed=False),
        reported(at("2023-05-09 09:00"), event_id="r2", hazard_id="H-2", rectify_by=None),
        reported(at("2023-05-09 10:00"), event_id="r2-fix", hazard_id="H-3", correction="r2", level="major"),
        reported(at("2023-05-09 11:00"), event_id="r2-fix-fix", hazard_id="H-3", correction="r2-fix", level="general"),
        reported(at("2023-05-10 09:00"), event_id="r4", hazard_id="H-4"),
        fact("hazard.reported", at("2023-05-11 09:00"), event_id="r4-void", correction="r4"),
        fact(
            "site.registered",
            at("2023-05-01 09:00"),
            event_id="site",
            site={"id": "S-1", "name": "示范机械", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
        ),
        fact(
            "enforcement.recorded",
            at("2023-05-12 09:00"),
            event_id="order",
            document_no="〔2023〕1号",
            kind="order",
            site_id="S-1",
            hazard_ids=["H-1", "H-3"],
        ),
    ]
    facts = [msgspec.structs.replace(each, sequence=f"1:{n}") for n, each in enumerate(facts, 1)]
    return [
        *facts,
        decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1, since=at("2023-05-21 00:00")),
        decided("H-1", Status.CLEARED, at("2023-05-21 00:00"), number=2, known_at=at("2023-05-26 10:00")),
        decided("H-1", Status.RAISED, at("2023-05-27 10:00"), number=3, step="second", since=at("2023-05-21 00:00")),
        decided("H-3", Status.PROPOSED, at("2023-05-10 00:00"), number=4, rule=RuleId.MAJOR_HAZARD, step=""),
        told("overdue-first-H-1", NoticeState.CREATED, at("2023-05-21 00:01"), number=1),
        told("overdue-first-H-1", NoticeState.DELIVERED, at("2023-05-21 00:02"), number=2),
    ]


def test_hearing_everything_twice_changes_nothing(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """A replay of the log leaves every row as it was."""
    apply(database, models, story)
    once = tables(database)

    apply(database, models, story)

    assert once == tables(database)
    assert 0 == mismatch(database)


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_cut_give_the_same_rows(
    database: Database, models: ReadModels, story: list[Fact], seed: int
) -> None:
    """Facts, corrections, decisions and notices may come in any order and in batches of any size."""
    dice = random.Random(seed)
    shuffled = dice.sample(story, len(story))
    apply(database, models, story)
    expected = tables(database)
    for table in TABLES:
        with database.begin() as work:
            work.connection.execute(f"TRUNCATE {table}")

    apply(database, models, shuffled, size=dice.choice([1, 2, 5, 100]))

    assert expected == tables(database)
    assert 0 == mismatch(database)


def test_a_failed_re_inspection_is_overdue_again(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """Overdue comes from the decision that stands; the deadline shown comes from the facts."""
    apply(database, models, story)

    row = row_of(database)

    assert ("failed", True, at("2023-05-21 00:00")) == (row.state, row.overdue, row.overdue_since)
    assert at("2023-05-21 00:00") == row.due_at


@pytest.mark.parametrize("status", list(Status))
def test_only_decisions_that_stand_make_overdue(database: Database, models: ReadModels, status: Status) -> None:
    """Since the earliest instant any of them counts from; another rule's decision does not matter."""
    apply(
        database,
        models,
        [
            reported(),
            decided("H-1", status, at("2023-05-21 00:00"), number=1, since=at("2023-05-21 00:00")),
            decided("H-1", Status.RAISED, at("2023-05-24 00:00"), number=2, step="T+3"),
            decided("H-1", Status.RAISED, at("2023-05-17 00:00"), number=3, rule=RuleId.DUE_SOON, step="T-3"),
        ],
    )

    since = at("2023-05-21 00:00") if status in STANDING else at("2023-05-24 00:00")
    assert since == row_of(database).overdue_since


def test_cleared_decisions_end_overdue(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """When the last overdue decision is cleared the hazard is not overdue any more."""
    apply(database, models, [each for each in story if each.id not in {"d3", "re-1"}])

    assert (None, False, "rectified") == (
        row_of(database).overdue_since,
        row_of(database).overdue,
        row_of(database).state,
    )


def test_what_is_put_right_is_not_overdue_while_the_decision_lags(database: Database, models: ReadModels) -> None:
    """A close-out ends overdue at once: overdue is a part of open, whatever arrives first."""
    late = decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1)
    apply(database, models, [reported(), late, follow("closed", at("2023-05-22 09:00"))])

    assert (False, at("2023-05-21 00:00")) == (row_of(database).overdue, row_of(database).overdue_since)


def test_a_decision_before_its_hazard_waits_for_it(database: Database, models: ReadModels) -> None:
    """A decision read before the report marks the row when the report comes."""
    apply(database, models, [decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1)])
    assert row_of(database) is None

    apply(database, models, [reported()])

    assert row_of(database).overdue


def test_a_registered_site_renames_its_hazards(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """The register's name rules over the name in a report, and lists follow."""
    apply(database, models, story)

    assert "示范机械" == row_of(database).site_name


def test_a_corrected_id_moves_the_hazard(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """H-2 was H-3 all along, and the last correction says it is general; the voided H-4 is gone."""
    apply(database, models, story)

    assert (None, "general", None) == (row_of(database, "H-2"), row_of(database, "H-3").level, row_of(database, "H-4"))


def test_sums_follow_the_rows(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """The gauge of differences finds a sum that was tampered with."""
    apply(database, models, story)
    assert 0 == mismatch(database)

    with database.begin() as work:
        work.connection.execute("UPDATE tally SET hazards = hazards + 2 WHERE state = 'failed'")

    assert 2 == mismatch(database)


def test_days_follow_the_sums(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """So does it find a day or a cause that was."""
    apply(database, models, story)
    for table in ("flow", "cause"):
        with database.begin() as work:
            work.connection.execute(f"UPDATE {table} SET open = open + 1 WHERE tenant = '331081003'")
        assert 0 < mismatch(database)
        with database.begin() as work:
            work.connection.execute(f"UPDATE {table} SET open = open - 1 WHERE tenant = '331081003'")

    assert 0 == mismatch(database)


def test_notices_are_found_by_the_hazard_they_are_about(
    database: Database, models: ReadModels, story: list[Fact]
) -> None:
    """Both records of the notice, in the order of the log."""
    apply(database, models, story)
    with database.begin() as work:
        found = notices.about(work, HazardKey("331081", "test", "H-1"))

    assert [NoticeState.CREATED, NoticeState.DELIVERED] == [record.notice.state for record in found]


def test_ticks_say_up_to_when_numbers_count(database: Database, models: ReadModels, story: list[Fact]) -> None:
    """Before the first tick it is the latest fact, then the tick, which never goes back."""
    apply(database, models, story)
    with database.begin() as work:
        assert frontier.as_of(work, Scope("county", "330402")) is None
        assert row_of(database).known_at == frontier.as_of(work, EVERYTHING)
    with database.begin() as work:
        models.handle(work, batches([tick_of(at("2023-06-01 12:00"), SLOT)]))
    with database.begin() as work:
        models.handle(work, batches([tick_of(at("2023-06-01 11:00"), SLOT)]))

    with database.begin() as work:
        assert at("2023-06-01 12:00") == frontier.as_of(work, EVERYTHING)
        assert at("2023-06-01 12:00") == frontier.as_of(work, Scope("county", "331081"))
        assert at("2023-06-01 12:00") == frontier.as_of(work, Scope("county", "330402")), "nothing there until then"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, "undecodable", id="no value"),
        pytest.param(b"{}", "undecodable", id="no fact"),
        pytest.param(b"\xff", "undecodable", id="no text"),
    ],
)
def test_poison_is_named(models: ReadModels, database: Database, value: bytes | None, reason: str) -> None:
    """A record that is no fact is rejected by name."""
    record = Record("hazard.facts", SLOT, 0, b"331081", value, (), 0)
    with database.begin() as work, pytest.raises(Rejected) as caught:
        models.handle(work, batches([record]))

    assert reason == caught.value.reason


def test_a_fact_in_another_committees_slot_is_misrouted(models: ReadModels, database: Database) -> None:
    """Two owners must never write one case."""
    with database.begin() as work, pytest.raises(Rejected, match="misrouted"):
        models.handle(work, batches(records([reported()], slot=(SLOT + 1) % 64)))


def test_a_newer_fact_holds_the_slot(models: ReadModels, database: Database) -> None:
    """A version this code does not know is not poison."""
    newer = msgspec.structs.replace(reported(), type="hazard.reported.v2")
    with database.begin() as work, pytest.raises(NewerVersion):
        models.handle(work, batches(records([newer])))


def test_data_that_cannot_be_read_is_rejected(models: ReadModels, database: Database) -> None:
    """An impossible deadline, and a decision with an unknown status."""
    for broken in (
        reported(rectify_by="2023-13-40"),
        msgspec.structs.replace(
            decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1), data=msgspec.Raw(b'{"a":1}')
        ),
    ):
        with database.begin() as work, pytest.raises(Rejected, match="undecodable"):
            models.handle(work, batches(records([broken])))


def test_the_key_names_the_slot(models: ReadModels) -> None:
    """A tick and a missing key name none; a key that is no code is misrouted."""
    [record] = records([reported()])

    assert SLOT == models.key_slot(record)
    assert models.key_slot(tick_of(at("2023-06-01 11:00"), 3)) is None
    with pytest.raises(Rejected):
        models.key_slot(Record("hazard.facts", 0, 0, "温岭".encode(), b"{}", (), 0))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 0, 1, 3)])
@pytest.mark.parametrize("size", [1, 4])
def test_a_transferred_site_takes_its_open_hazards_along(
    database: Database, models: ReadModels, order: tuple[int, ...], size: int
) -> None:
    """In any order of arrival; the transfer that is voided later moved nothing. A report may name the site by id."""
    moved = {"site_id": "S-1", "from_tenant": "331081003", "to_tenant": "331081004"}
    facts = [
        reported(),
        reported(at("2023-05-08 10:00"), event_id="by-id", hazard_id="H-2", site=None, site_id="S-1"),
        fact("site.transferred", at("2023-05-10 09:00"), event_id="moved", tenant="331081", **moved),
        follow("rectified", at("2023-05-12 09:00"), event_id="fixed", tenant="331081004", by="乙一"),
    ]
    facts = [msgspec.structs.replace(facts[place], sequence=f"1:{n}") for n, place in enumerate(order, 1)]

    apply(database, models, facts, size=size)
    rows = [row_of(database), row_of(database, "H-2")]
    apply(database, models, [fact("site.transferred", at("2023-05-13 09:00"), tenant="331081", correction="moved")])

    assert [(row.tenant, row.state) for row in rows] == [("331081004", "rectified"), ("331081004", "reported")]
    assert [row_of(database, hazard).tenant for hazard in ("H-1", "H-2")] == ["331081003", "331081003"]
    assert row_of(database).state == "reported"
    assert mismatch(database) == 0
