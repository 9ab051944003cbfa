"""The human gate: what people decide about proposals, in any order in which it arrives (S0-22, S1-20, S3-27)."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decisions import Decision
from contracts.facts import Fact
from policies import files
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.gate import Word, decision_of, words
from services.escalation.core.heard import hear
from services.escalation.core.law import Law
from services.escalation.core.policy import FourEyes, parse_pack
from services.escalation.core.simulation import simulate
from tests.unit.services.escalation.accidents import WEIHAI, accident, decide
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, moment, report, run

MAJOR = report("05-08", level="major", id_="found")
FIRST = accident("2021-07-05 08:00", "A-1", id_="first")
SECOND = accident("2021-08-02 08:00", "A-2", id_="second")
NOT_LIABLE = accident("2021-08-02 08:00", "A-2", known="2021-09-01", id_="cleared", liability="not_liable")
LIABLE_AGAIN = accident("2021-08-02 08:00", "A-2", known="2021-10-01", id_="again", liability="liable")


def proposed(records: list[Decision], rule: str) -> str:
    """The id of the first proposal of a rule."""
    return next(one.decision_id for one in records if one.rule == rule)


TALK = proposed(decide(FIRST, SECOND, until="2021-08-03"), "talk_fatal_window")
LISTING = proposed(run(MAJOR, until="05-09"), "major_hazard")


def word(
    verdict: str, when: str, decision_id: str = LISTING, *, tenant: str = "331081", id_: str = "", **more: str
) -> Fact:
    """What a person decided."""
    data = {"decision_id": decision_id, "verdict": verdict, "by": "u1", "reason": "经研究"} | more
    if verdict == "confirmed":
        data.setdefault("document_no", "温安〔2023〕1号")
    return fact("proposal.decided", when, tenant=tenant, id_=id_ or f"{verdict}/{when}", **data)


def talk(verdict: str, when: str) -> Fact:
    """What a person decided about the talk in 乳山."""
    return word(verdict, when, TALK, tenant="371000")


def of_talk(*facts: Fact, until: str = "2021-12-31") -> list[str]:
    """The states of the talk in 乳山, in order."""
    return [one.status for one in decide(FIRST, SECOND, *facts, until=until) if one.decision_id == TALK]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([], ["proposed"], id="nobody decided"),
        pytest.param([word("confirmed", "05-10")], ["proposed", "confirmed"], id="confirmed"),
        pytest.param([word("rejected", "05-10")], ["proposed", "rejected"], id="rejected"),
        pytest.param(
            [word("confirmed", "05-10"), word("rejected", "05-11")],
            ["proposed", "confirmed"],
            id="the first word counts",
        ),
        pytest.param([word("upheld", "05-10")], ["proposed"], id="nothing was questioned"),
        pytest.param([word("lifted", "05-10")], ["proposed"], id="nothing was confirmed"),
        pytest.param(
            [word("confirmed", "05-10"), word("lifted", "05-11")],
            ["proposed", "confirmed", "proposed"],
            id="taken back",
        ),
        pytest.param(
            [word("confirmed", "05-10"), word("lifted", "05-11"), word("rejected", "05-12")],
            ["proposed", "confirmed", "proposed", "rejected"],
            id="taken back and decided anew",
        ),
        pytest.param([word("confirmed", "05-10", "unknown")], ["proposed"], id="another decision"),
    ],
)
def test_a_person_decides(said: list[Fact], expected: list[str]) -> None:
    """Confirmed and rejected are what a named person said; the machine only proposes."""
    records = run(MAJOR, *said, until="05-16")

    assert [one.status for one in records if one.decision_id == LISTING] == expected


def test_the_record_says_who_decided_and_why() -> None:
    """Known when the word was known, on the word as its newest fact, with the document for the letter."""
    confirmed = word("confirmed", "05-10 15:00", id_="word")
    record = [one for one in run(MAJOR, confirmed, until="05-16") if one.decision_id == LISTING][-1]

    assert (record.at, record.known_at, record.facts) == (
        moment("05-10 15:00"),
        moment("05-10 15:00"),
        ("found", "word"),
    )
    assert {key: record.context[key] for key in ("decided_by", "decided_why", "document_no", "hazard_id")} == {
        "decided_by": "u1",
        "decided_why": "经研究",
        "document_no": "温安〔2023〕1号",
        "hazard_id": "H-1",
    }


def test_what_was_confirmed_outlives_its_cause() -> None:
    """The hazard is rectified: a listing that was decided is lifted by people, not by the machine."""
    done = fact("hazard.rectified", "05-12", id_="done", hazard_id="H-1", by="u")
    records = run(MAJOR, word("confirmed", "05-10"), done, until="05-16")

    assert [one.status for one in records if one.decision_id == LISTING] == ["proposed", "confirmed"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([], ["proposed", "retracted"], id="nobody decided: retracted (trap T13)"),
        pytest.param(
            [talk("confirmed", "2021-08-10")], ["proposed", "confirmed", "questioned"], id="confirmed: questioned"
        ),
        pytest.param([talk("rejected", "2021-08-10")], ["proposed", "rejected"], id="rejected stays rejected"),
        pytest.param(
            [talk("confirmed", "2021-08-10"), talk("upheld", "2021-09-10")],
            ["proposed", "confirmed", "questioned", "confirmed"],
            id="upheld",
        ),
        pytest.param(
            [talk("confirmed", "2021-08-10"), talk("lifted", "2021-09-10")],
            ["proposed", "confirmed", "questioned", "retracted"],
            id="lifted",
        ),
        pytest.param(
            [talk("confirmed", "2021-09-10")],
            ["proposed", "retracted", "questioned"],
            id="confirmed when it had fallen",
        ),
    ],
)
def test_a_confirmed_decision_is_questioned_and_never_retracted(said: list[Fact], expected: list[str]) -> None:
    """Its accident turned out to be none of production safety: a person upholds or lifts what a person confirmed."""
    assert of_talk(*said, NOT_LIABLE) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([], ["proposed", "retracted", "proposed"], id="nobody decided"),
        pytest.param(
            [talk("confirmed", "2021-08-10")],
            ["proposed", "confirmed", "questioned", "confirmed"],
            id="no longer in question",
        ),
        pytest.param(
            [talk("confirmed", "2021-08-10"), talk("lifted", "2021-09-10")],
            ["proposed", "confirmed", "questioned", "retracted", "proposed"],
            id="lifted before: proposed anew",
        ),
        pytest.param(
            [talk("confirmed", "2021-08-10"), talk("upheld", "2021-09-10")],
            ["proposed", "confirmed", "questioned", "confirmed"],
            id="upheld before: as it is",
        ),
        pytest.param([talk("rejected", "2021-08-10")], ["proposed", "rejected"], id="rejected before"),
    ],
)
def test_a_cause_that_comes_back(said: list[Fact], expected: list[str]) -> None:
    """Found liable after all."""
    assert of_talk(*said, NOT_LIABLE, LIABLE_AGAIN) == expected


def test_a_measure_that_needs_no_signature_has_no_gate() -> None:
    """A reminder is raised, and no word of a person turns it."""
    reminder = proposed(run(report("05-08"), until="05-18"), "due_soon")
    records = run(report("05-08"), word("rejected", "05-18", reminder), until="05-19")

    assert [one.status for one in records if one.decision_id == reminder] == ["raised"]


def test_a_word_about_a_decision_that_nobody_knows_is_nobody_s() -> None:
    """It belongs to no case, and the caller parks it."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    engine.apply_fact(MAJOR, cases)

    assert engine.cases_of(word("confirmed", "05-10", "unknown"), cases) == ()
    assert engine.cases_of(word("confirmed", "05-10"), cases) == (CaseKey("331081", "hazard", "", "H-1"),)
    assert engine.apply_fact(word("confirmed", "05-10", "unknown"), cases) == []


def test_another_committee_s_decision_is_not_theirs_to_decide() -> None:
    """A decision is looked for among those of the fact's committee."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    engine.apply_fact(MAJOR, cases)
    foreign = msgspec.structs.replace(word("confirmed", "05-10"), committee="330300")

    assert engine.cases_of(foreign, cases) == ()


def test_a_word_said_again_changes_nothing() -> None:
    """A replay of the log."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    engine.apply_fact(MAJOR, cases)

    first, again = (engine.apply_fact(word("confirmed", "05-10"), cases) for _ in range(2))

    assert ([one.status for one in first], again) == (["confirmed"], [])


def test_no_rule_reads_what_people_said() -> None:
    """It is kept beside the facts; the case folds as before."""
    cases, engine = MemoryCases(), Engine(law_of("wenling-2023"))
    for one in (MAJOR, word("confirmed", "05-10")):
        engine.apply_fact(one, cases)
    case = cases.cases[CaseKey("331081", "hazard", "", "H-1")]

    assert (len(case.facts), len(case.verdicts), case.heard) == (1, 1, 2)


def ended(facts: list[Fact]) -> str:
    """Where the talk stands when these arrived in this order, long after everything happened."""
    cases, engine = MemoryCases(), Engine(law_of(*WEIHAI))
    for place, one in enumerate([FIRST, SECOND, *facts]):
        arrived = msgspec.structs.replace(one, acceptedtime=moment(f"2022-01-01 00:{place:02d}"))
        engine.apply_fact(arrived, cases)
    holder = cases.holder("371000", TALK)
    assert holder is not None
    return cases.cases[holder].ledger[TALK].record.status


NEWS = [
    NOT_LIABLE,
    LIABLE_AGAIN,
    talk("confirmed", "2021-08-10"),
    talk("upheld", "2021-09-05"),
    talk("lifted", "2021-09-10"),
    talk("rejected", "2021-09-20"),
]


@given(st.lists(st.sampled_from(NEWS), unique_by=lambda one: one.id, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(some: list[Fact], shuffled: object) -> None:
    """Words and news about the accident in any order: the decision stands in the same place at the end."""
    ordered = sorted(some, key=lambda one: (one.known_at, one.id))
    arrived = list(some)
    shuffled.shuffle(arrived)  # type: ignore[attr-defined]

    assert ended(arrived) == ended(ordered)


def test_every_order_of_a_question() -> None:
    """All 24 orders of a confirmation, news that undo its ground, news that restore it, and a word that upholds it."""
    facts = [NEWS[0], NEWS[1], NEWS[2], NEWS[3]]

    assert {ended(list(order)) for order in permutations(facts)} == {"confirmed"}
    assert {ended(list(order)) for order in permutations([NEWS[0], NEWS[2]])} == {"questioned"}
    assert {ended(list(order)) for order in permutations([NEWS[0], NEWS[2], NEWS[4]])} == {"retracted"}


@pytest.mark.parametrize("data", [b"", b"{}", b'{"verdict":"confirmed"}', b"no JSON"])
def test_a_word_that_names_no_decision(data: bytes) -> None:
    """Belongs to nobody."""
    assert decision_of(data) == ""


def test_what_counts_of_what_people_said() -> None:
    """The last word that could be said after the ones before it; a correction replaces what it corrects."""
    confirmed, lifted = word("confirmed", "05-10", id_="c"), word("lifted", "05-12", id_="l")
    mended = msgspec.structs.replace(word("rejected", "05-13", id_="m"), correction="c", recordedtime=moment("05-13"))

    assert words([hear(lifted), hear(confirmed)])[LISTING] == Word("lifted", "u1", "经研究", "")
    assert words([hear(confirmed), hear(mended)])[LISTING].verdict == "rejected"
    assert words([]) == {}


# ---- four eyes

STRICT = Law(
    [
        parse_pack(
            files.read(files.folder() / "weihai-2021.yaml")
            | {"four_eyes": {"measures": ["admonition_talk"], "clauses": ["S3-22"]}}
        )
    ],
    all_divisions(),
)


def by(person: str, verdict: str, when: str) -> Fact:
    return word(verdict, when, TALK, tenant="371000", id_=f"{person}/{when}", by=person)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([by("u1", "confirmed", "2021-08-04")], ["proposed", "proposed"], id="one has confirmed"),
        pytest.param(
            [by("u1", "confirmed", "2021-08-04"), by("u1", "confirmed", "2021-08-05")],
            ["proposed", "proposed"],
            id="the same person twice is one",
        ),
        pytest.param(
            [by("u1", "confirmed", "2021-08-04"), by("u2", "confirmed", "2021-08-05")],
            ["proposed", "proposed", "confirmed"],
            id="two persons",
        ),
        pytest.param(
            [by("u1", "confirmed", "2021-08-04"), by("u2", "rejected", "2021-08-05")],
            ["proposed", "proposed", "rejected"],
            id="the second person says no",
        ),
        pytest.param([by("u1", "rejected", "2021-08-04")], ["proposed", "rejected"], id="one is enough to reject"),
        pytest.param(
            [by("u1", "confirmed", "2021-08-04"), NOT_LIABLE],
            ["proposed", "proposed", "retracted"],
            id="half a confirmation holds nothing",
        ),
    ],
)
def test_four_eyes(said: list[Fact], expected: list[str]) -> None:
    """Where the pack asks for them; the record says who has confirmed first."""
    told = sorted([FIRST, SECOND, *said], key=lambda one: one.known_at)
    records = [one for one in simulate(STRICT, told, None, moment("2021-12-31")) if one.decision_id == TALK]

    assert [one.status for one in records] == expected
    if "confirmed" in expected:
        assert records[-1].context["confirmed_first_by"] == "u1"
        assert records[-1].context["decided_by"] == "u2"


TWO = [by("u1", "confirmed", "2021-08-04"), by("u2", "confirmed", "2021-08-05"), NOT_LIABLE]
BEFORE = ["proposed", "proposed", "confirmed", "questioned"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([by("u3", "upheld", "2021-09-02")], ["questioned"], id="one has upheld: the question stands"),
        pytest.param(
            [by("u3", "upheld", "2021-09-02"), by("u3", "upheld", "2021-09-03")], ["questioned"], id="twice the same"
        ),
        pytest.param(
            [by("u3", "upheld", "2021-09-02"), by("u1", "upheld", "2021-09-03")], ["questioned", "confirmed"], id="two"
        ),
        pytest.param([by("u3", "lifted", "2021-09-02")], ["retracted"], id="one is enough to lift"),
        pytest.param(
            [by("u3", "upheld", "2021-09-02"), by("u1", "lifted", "2021-09-03")],
            ["questioned", "retracted"],
            id="the second lifts",
        ),
        pytest.param(
            [by("u3", "upheld", "2021-09-02"), LIABLE_AGAIN], ["questioned", "confirmed"], id="the cause is found again"
        ),
    ],
)
def test_upholding_needs_four_eyes_where_confirming_does(said: list[Fact], expected: list[str]) -> None:
    """Half an upholding ends no question, and the record says who upheld first."""
    told = sorted([FIRST, SECOND, *TWO, *said], key=lambda one: one.known_at)
    records = [one for one in simulate(STRICT, told, None, moment("2021-12-31")) if one.decision_id == TALK]

    assert [one.status for one in records] == [*BEFORE, *expected]
    if expected[0] == "questioned":
        assert records[4].context["upheld_first_by"] == "u3"


def test_only_what_people_confirm_needs_two_of_them() -> None:
    """A reminder waits for nobody."""
    with pytest.raises(ValueError, match="nobody confirms remind"):
        FourEyes.model_validate({"measures": ["remind"], "clauses": ["S1-20"]})
