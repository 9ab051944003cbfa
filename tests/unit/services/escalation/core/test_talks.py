"""A talk that was held ends the proposals and the confirmed talks that were waiting for it (S2-18, S3-21, S3-22, S3-23)."""

from itertools import permutations

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, void
from tests.unit.services.escalation.accidents import decide as weihai
from tests.unit.services.escalation.core.rules.test_talk_ranking import table
from tests.unit.services.escalation.core.test_gate import FIRST, SECOND, TALK, of_talk
from tests.unit.services.escalation.core.test_gate import talk as word
from tests.unit.services.escalation.stories import fact, law_of, moment, settle
from tests.unit.services.escalation.visits import decide as anywhere

RUSHAN = {"kind": "area", "id": "371083"}


def held(when: str, day: str, *, tenant: str = "371000", id_: str = "", **subject: str) -> Fact:
    """A talk with 乳山, held on a day, unless the subject is another."""
    return fact("talk.held", when, tenant=tenant, id_=id_ or f"held/{when}", subject=RUSHAN | subject, held_on=day)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([held("2021-08-05", "2021-08-05")], ["proposed", "cleared"], id="held though nobody confirmed it"),
        pytest.param([held("2021-08-02 18:00", "2021-08-02")], ["proposed", "cleared"], id="held on the very day"),
        pytest.param([held("2021-08-01 18:00", "2021-08-01")], ["proposed"], id="held before the second accident"),
        pytest.param([held("2021-08-05", "2021-08-05", id="371082")], ["proposed"], id="held with another area"),
        pytest.param([held("2021-08-05", "2021-08-05", kind="department")], ["proposed"], id="a department of that name"),
        pytest.param(
            [word("confirmed", "2021-08-04"), held("2021-08-10", "2021-08-10")],
            ["proposed", "confirmed", "cleared"],
            id="confirmed and held",
        ),
        pytest.param(
            [word("rejected", "2021-08-04"), held("2021-08-10", "2021-08-10")],
            ["proposed", "rejected"],
            id="what was rejected stays so",
        ),
        pytest.param(
            [held("2021-08-10", "2021-08-10", id_="wrong"), void("wrong", "2021-08-12", type_="talk.held", tenant="371000")],
            ["proposed", "cleared", "proposed"],
            id="a talk that never was",
        ),
    ],
)  # fmt: skip
def test_a_talk_ends_what_waited_for_it(said: list[Fact], expected: list[str]) -> None:
    """Two accidents in a month propose it on 2 August."""
    assert of_talk(*said) == expected


def test_a_late_accident_before_the_talk_is_ended_at_once() -> None:
    """The talk was about all that had happened by its day: the proposal is on record and asks for nothing more."""
    late = accident("2021-08-02 08:00", "A-2", id_="second", known="2021-09-01")

    lines = [one.status for one in weihai(FIRST, late, held("2021-08-10", "2021-08-10"), until="2021-12-31")
             if one.decision_id == TALK]  # fmt: skip

    assert lines == ["proposed", "cleared"]


def test_the_order_of_arrival_changes_nothing() -> None:
    """The talk may be known before its accidents, the word after the talk."""
    facts = [FIRST, SECOND, word("confirmed", "2021-08-04"), held("2021-08-10", "2021-08-10")]
    law = law_of("weihai-2021")

    ends = {tuple(sorted(settle(list(order), moment("2021-12-31"), law).items())) for order in permutations(facts)}

    assert len(ends) == 1
    assert dict(ends.pop())[TALK] == ("talk_fatal_window", "cleared")


def test_a_talk_with_a_department_ends_that_of_its_sector() -> None:
    """The proposal lies with the accident, the talk with the department (S3-23)."""
    big = accident("2021-08-02 08:00", "A-9", deaths=3, sector="非煤矿山")
    found = [one for one in weihai(big, until="2021-08-03") if one.rule == "talk_sector" and one.status == "proposed"]
    lead = found[0].subject

    ended = weihai(big, held("2021-08-10", "2021-08-10", kind=lead.kind, id=lead.id), until="2021-12-31")

    assert [one.status for one in ended if one.decision_id == found[0].decision_id] == ["proposed", "cleared"]


def test_a_talk_with_a_town_ends_that_of_the_league_table() -> None:
    """The proposal lies with the table, the talk with the town (S2-18)."""
    town = {"kind": "area", "id": "331081006"}
    talk = fact("talk.held", "06-20 10:00", tenant="331081", subject=town, held_on="2023-06-20")

    told = anywhere(table(), talk, until="2023-07-01", packs=("wenling-2023",))

    lines = [f"{one.subject.id} {one.status}" for one in told if one.rule == "talk_ranking"]
    assert lines.count("331081006 cleared") == 1
    assert [line for line in lines if line.endswith("cleared")] == ["331081006 cleared"]
