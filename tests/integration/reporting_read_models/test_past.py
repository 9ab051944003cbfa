"""Any moment can be looked back at exactly, and the models can be rebuilt while they serve."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import psycopg
import pytest

from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.vocabulary import Status
from runtime.database import Database
from runtime.errors import Conflict
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import Scope
from services.reporting.core.selection import Cut, Selection
from services.reporting.handlers.applying import ReadModels
from services.reporting.handlers.past import Past
from services.reporting.handlers.rebuilding import Rebuilder
from services.reporting.store import flows, hazards, rebuilding
from tests.integration.reporting_read_models.log import batches, decided, records
from tests.unit.services.reporting.facts import at, fact, follow, reported

MODELS = ("hazard", "tally", "flow", "cause", "decision", "notice", "notice_decision", "site")


def apply(database: Database, models: ReadModels, facts: Sequence[Fact]) -> None:
    with database.begin() as work:
        models.handle(work, batches(records(facts)))


def story() -> list[Fact]:
    """Reports, a correction to another id, a void, a renamed site, overdue and cleared, in order of acceptance."""
    site = {"id": "S-1", "name": "示范机械（新名）", "address": "示范路9号", "kind": "unit", "sector": "工贸"}
    told = [
        reported(),
        reported(at("2023-05-09 09:00"), event_id="r2", hazard_id="H-2", rectify_by=None),
        reported(at("2023-05-10 09:00"), event_id="r4", hazard_id="H-4"),
        follow("handed_over", at("2023-05-10 15:00"), to_unit="示范机械有限公司"),
        reported(at("2023-05-11 10:00"), event_id="r2-fix", hazard_id="H-3", correction="r2", level="major"),
        fact("hazard.reported", at("2023-05-12 09:00"), event_id="r4-void", correction="r4"),
        fact("site.registered", at("2023-05-13 09:00"), event_id="site", site=site),
        decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1, since=at("2023-05-21 00:00")),
        follow("rectified", at("2023-05-26 10:00"), event_id="done-1", by="乙一"),
        decided("H-1", Status.CLEARED, at("2023-05-21 00:00"), number=2, known_at=at("2023-05-26 10:00")),
    ]
    cleared = msgspec.structs.replace(told[-1], acceptedtime=at("2023-05-26 10:01"))
    return [*told[:-1], cleared]


def rows(database: Database, divisions: Divisions, moment: datetime, **wanted: object) -> list[HazardRow]:
    selection = Selection(**{"standing": False, **wanted})  # type: ignore[arg-type]
    with database.begin() as work:
        return list(Past(divisions).rows(work, selection, Cut(known=moment)))


def snapshot(database: Database) -> dict[str, list[object]]:
    with database.begin() as work:
        hazards.drop_empty_sums(work)
        flows.drop_empty(work)
        return {name: sorted(work.connection.execute(f"SELECT * FROM {name}").fetchall(), key=str) for name in MODELS}


@pytest.mark.parametrize("seed", range(4))
def test_a_past_moment_is_what_the_tables_said_then(
    database: Database, models: ReadModels, divisions: Divisions, seed: int
) -> None:
    """After each fact the tables are read; when everything is told, each of these moments reads the same again."""
    told = sorted(story(), key=lambda each: each.known_at)
    then: list[tuple[datetime, list[HazardRow]]] = []
    for each in told:
        apply(database, models, [each])
        then.append((each.known_at, rows(database, divisions, each.known_at + timedelta(days=999))))

    random.Random(seed).shuffle(then)
    for moment, expected in then:
        assert expected == rows(database, divisions, moment)
    assert [] == rows(database, divisions, told[0].known_at - timedelta(seconds=1))


def test_a_selection_chooses_alike_in_tables_and_in_the_past(
    database: Database, models: ReadModels, divisions: Divisions
) -> None:
    """The same words choose rows that stand and rows that are folded again."""
    apply(database, models, story())
    late, early = at("2024-01-01 00:00"), at("2023-05-12 00:00")
    choices = [
        {"scope": Scope("tenant", "331081003")},
        {"scope": Scope("county", "331081")},
        {"scope": Scope("county", "330402")},
        {"reported_from": at("2023-05-09 00:00"), "reported_until": at("2023-05-10 00:00")},
        {"found_by": ("inspection",)},
        {"level": "major"},
        {"sector": "工贸", "open": True},
    ]
    for choice in choices:
        chosen = Selection(standing=False, **choice)  # type: ignore[arg-type]
        for moment in (late, early):
            everything = rows(database, divisions, moment)
            assert [row for row in everything if chosen.admits(row)] == rows(database, divisions, moment, **choice)


def test_a_rebuild_of_a_sound_house_changes_nothing(
    database: Database, models: ReadModels, divisions: Divisions, database_url: str
) -> None:
    """Everything in the models follows from facts and records."""
    apply(database, models, story())
    before = snapshot(database)

    rebuilt = Rebuilder(database_url, divisions).run()

    assert (2, {}) == (rebuilt.hazards, {name: count for name, count in rebuilt.differed.items() if count})
    assert before == snapshot(database)


def test_a_rebuild_mends_what_was_spoilt(
    database: Database, models: ReadModels, divisions: Divisions, database_url: str
) -> None:
    """And says how many rows of each model stood otherwise."""
    apply(database, models, story())
    sound = snapshot(database)
    with database.begin() as work:
        work.connection.execute("UPDATE hazard SET state = 'passed', overdue_since = now() WHERE hazard_id = 'H-1'")
        work.connection.execute("DELETE FROM hazard WHERE hazard_id = 'H-3'")
        work.connection.execute("UPDATE tally SET hazards = hazards + 7")
        work.connection.execute("UPDATE flow SET reported = reported + 7")
        work.connection.execute("DELETE FROM cause")
        work.connection.execute("DELETE FROM site")

    rebuilt = Rebuilder(database_url, divisions).run()

    assert sound == snapshot(database)
    assert 2 == rebuilt.differed["hazard"]


def test_what_comes_during_a_rebuild_is_in_it(
    database: Database, models: ReadModels, divisions: Divisions, database_url: str
) -> None:
    """Facts that are applied after the mark was taken are caught up before the models take over."""
    facts = story()
    apply(database, models, facts[:4])
    rest = [facts[4:7], facts[7:]]

    def meanwhile(stage: str, _done: int) -> None:
        if stage in {"decisions", "hazards"} and rest:
            apply(database, models, rest.pop())

    Rebuilder(database_url, divisions, say=meanwhile).run()
    while rest:
        apply(database, models, rest.pop())
    found = snapshot(database)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO reporting")
        connection.execute(f"TRUNCATE {', '.join(MODELS)}, fact, decision_record, notice_record")
    apply(database, models, facts)

    assert snapshot(database) == found


def test_a_rebuild_that_dies_changes_nothing_and_the_next_one_works(
    database: Database, models: ReadModels, divisions: Divisions, database_url: str
) -> None:
    """Broken off in any stage, and at the very moment of taking over."""
    apply(database, models, story())
    before = snapshot(database)

    class Killed(BaseException):
        pass

    def dies(stage: str, _done: int) -> None:
        if stage == "hazards":
            raise Killed

    with pytest.raises(Killed):
        Rebuilder(database_url, divisions, say=dies).run()

    assert before == snapshot(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "drop", lambda _work: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            Rebuilder(database_url, divisions).run()
    assert before == snapshot(database)
    assert 2 == Rebuilder(database_url, divisions).run().hazards


def test_two_rebuilds_do_not_meet(
    database: Database, models: ReadModels, divisions: Divisions, database_url: str
) -> None:
    """The second is told so."""
    apply(database, models, story())

    def again(stage: str, _done: int) -> None:
        if stage == "hazards":
            with pytest.raises(Conflict):
                Rebuilder(database_url, divisions).run()

    assert 2 == Rebuilder(database_url, divisions, say=again).run().hazards
