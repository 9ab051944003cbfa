"""Facts about judging one event, by whatever door it comes."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import EVENT_TYPES, Event, Refusal, Sender, read_event, types_from
from contracts.problems import Problem

REPORTED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/examples/upstream",
    "type": "hazard.reported.v1",
    "time": "2023-05-08T09:00:00+08:00",
    "tenant": "331081003",
    "data": {
        "hazard_id": "H-1",
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": {"id": "S-1", "name": "甲一机械有限公司", "address": "示范路 1 号", "kind": "unit", "sector": "工贸"},
        "sector": "工贸",
        "found_by": "undercover",
        "rectify_by": "2023-05-20",
    },
}
DECIDED: dict[str, Any] = REPORTED | {
    "source": "/bihuan/people",
    "type": "proposal.decided.v1",
    "data": {"decision_id": "d-1", "verdict": "rejected", "by": "person-1", "reason": "已整改。"},
}


def changed(data: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    event = copy.deepcopy(REPORTED) | attributes
    event["data"] = event["data"] | (data or {}) if isinstance(event["data"], dict) else event["data"]
    return event


def problems(document: object, *, people: bool = False) -> tuple[Problem, ...]:
    outcome = read_event(document, people=people)
    return outcome.problems if isinstance(outcome, Refusal) else ()


def test_a_good_event_is_read_whole() -> None:
    """Attributes and data come as what they are."""
    event = read_event(REPORTED)

    assert isinstance(event, Event)
    assert event.envelope.tenant == "331081003"
    assert isinstance(event.data, EVENT_TYPES["hazard.reported.v1"].model)
    assert event.flags == ()


def test_reading_changes_nothing() -> None:
    """What was sent is kept by the caller as it was sent."""
    document = changed({"colour": "red"})

    read_event(document)

    assert document == changed({"colour": "red"})


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        pytest.param(changed(time="2023-05-08T09:00:00"), "time", "no_offset", id="a time without offset"),
        pytest.param(
            changed({"rectify_by": "2023-13-40"}), "data.rectify_by", "no_such_moment", id="an impossible date"
        ),
        pytest.param(changed({"level": "严重"}), "data.level", "unknown_word", id="an unknown level"),
        pytest.param(changed(type="hazard.exploded.v1"), "type", "unknown_type", id="an unknown type"),
        pytest.param(changed(type="hazard.reported.v2"), "type", "newer_version", id="a newer version"),
        pytest.param(changed(type="Hazard"), "type", "unknown_type", id="a type that is none"),
        pytest.param(changed(type=7), "type", "wrong_type", id="a type that is a number"),
        pytest.param(changed(type="decision.recorded.v1"), "type", "unknown_type", id="what only we say"),
        pytest.param(changed({"site": {"id": "S-1"}}), "data.site.name", "missing", id="half a site"),
        pytest.param(changed({"sources": ["a", 7]}), "data.sources[1]", "wrong_type", id="a number in a list of words"),
        pytest.param(changed(data=None) | {"data": None}, "data", "wrong_type", id="no data"),
        pytest.param({}, "id", "missing", id="nothing at all"),
        pytest.param([REPORTED], "", "not_an_object", id="a list"),
        pytest.param("hazard", "", "not_an_object", id="a text"),
    ],
)
def test_a_bad_event_is_refused_with_place_and_code(document: object, field: str, code: str) -> None:
    """Each refusal names the field, and a code that a program can read."""
    assert (field, code) in {(problem.field, problem.code) for problem in problems(document)}


def test_all_that_is_wrong_is_said_at_once() -> None:
    """An operator mends an event once, not field by field."""
    document = changed({"level": "严重", "description": ""}, tenant="温岭")

    assert [problem.field for problem in problems(document)] == ["tenant", "data.level", "data.description"]


def test_every_problem_says_how_to_mend_it() -> None:
    """A reason in Chinese and English, and what to do."""
    (problem,) = problems(changed({"level": "严重"}))

    assert problem.reason == "取值 「严重」 不认识 (the word is not known)"
    assert problem.mend == "改为以下之一 (use one of): general, major"


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        pytest.param("hazard.report.v1", "参见 (see): hazard.reported.v1", id="nearly right"),
        pytest.param("volcano.erupted.v1", "参见 (see): docs/events.md", id="nothing like it"),
        pytest.param("hazard.reported.v2", "现用 (known): hazard.reported.v1", id="another version"),
    ],
)
def test_an_unknown_type_is_pointed_to_the_known_one(name: str, mend: str) -> None:
    """The nearest name is shown."""
    assert [mend] == [problem.mend for problem in problems(changed(type=name))]


@pytest.mark.parametrize("data", [{"data": {}}, {"data": None}, {}], ids=["empty", "null", "left out"])
def test_a_correction_with_empty_data_voids(data: dict[str, Any]) -> None:
    """Empty data mean something only with a correction; null and nothing are as empty as an empty object."""
    voided = read_event({key: word for key, word in REPORTED.items() if key != "data"} | data | {"correction": "e-0"})

    assert isinstance(voided, Event)
    assert voided.data is None
    assert voided.flags == ()


@pytest.mark.parametrize("correction", [{}, {"correction": None}])
def test_empty_data_alone_are_no_event(correction: dict[str, None]) -> None:
    """Without a correction the fields are missing."""
    assert {problem.code for problem in problems(REPORTED | {"data": {}} | correction)} == {"missing"}


def test_a_correction_replaces_by_whole_data() -> None:
    """What is not empty is judged like any event."""
    assert isinstance(read_event(REPORTED | {"correction": "e-0"}), Event)
    assert problems(REPORTED | {"correction": "e-0", "data": {"hazard_id": "H-1"}})


@pytest.mark.parametrize(
    ("data", "flags"),
    [
        pytest.param({"found_by": "drone"}, ("unfamiliar_found_by",), id="who found it"),
        pytest.param(
            {"site": REPORTED["data"]["site"] | {"kind": "ship", "tags": ["high_risk", "haunted"], "coord_sys": ""}},
            ("unfamiliar_kind", "unfamiliar_tags"),
            id="the site inside",
        ),
        pytest.param({"category": "anything"}, (), id="a category has no list"),
    ],
)
def test_words_that_grow_are_kept_and_flagged(data: dict[str, Any], flags: tuple[str, ...]) -> None:
    """A word we do not know never costs the event."""
    event = read_event(changed(data))

    assert isinstance(event, Event)
    assert flags == event.flags


def test_a_kind_of_accident_is_known_by_its_family() -> None:
    """A new kind below a known family is familiar."""
    accident = {"accident_id": "A-1", "category": "industrial.drones", "sector": "工贸", "liability": "pending"}
    event = read_event(REPORTED | {"type": "accident.reported.v1", "data": accident})

    assert isinstance(event, Event)
    assert event.flags == ()


def test_people_speak_only_through_our_services() -> None:
    """No upstream system can confirm a proposal."""
    assert isinstance(read_event(DECIDED, people=True), Event)
    assert [problem.code for problem in problems(DECIDED)] == ["unknown_type"]


def test_ticks_and_decisions_come_through_no_door() -> None:
    """Not even our own services may send them to intake."""
    for name in types_from(Sender.OURSELVES):
        assert [problem.code for problem in problems(REPORTED | {"type": name}, people=True)] == ["unknown_type"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": "a\x00b"}, "data.description"),
        ({"description": "\ud800"}, "data.description"),
        ({"hazard_id": "\udfff"}, "data.hazard_id"),
        ({"level": "\ud800"}, "data.level"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words_that_can(changes: dict[str, Any], field: str) -> None:
    """A problem can always be written down, whatever the event held."""
    (problem,) = problems(changed(changes))

    assert field == problem.field
    assert (problem.reason + problem.mend).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(REPORTED)) | st.sampled_from(sorted(REPORTED["data"])), JSON)
def test_no_value_anywhere_breaks_the_reader(field: str, value: Any) -> None:
    """Whatever stands in whatever field, there is an event or a refusal with reasons."""
    document = REPORTED | {field: value} if field in REPORTED else changed({field: value})

    outcome = read_event(document)

    assert isinstance(outcome, Event) or outcome.problems
