"""A letter that nobody signed for or answered by its last day is followed by the next rung."""

from itertools import permutations

import msgspec
import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.gate import words
from services.escalation.core.heard import hear
from services.escalation.core.unanswered import silences
from tests.unit.services.escalation.stories import fact, law_of, moment, report, run, settle

FOUND = report("05-08 09:00", id_="found")  # to be rectified by 05-20


def rung(step: str) -> Decision:
    return next(one for one in run(FOUND, until="07-01") if one.step == step)


LETTER, SUPERVISION = rung("T+3").decision_id, rung("T+7").decision_id


def missed(decision_id: str, when: str, **more: str) -> Fact:
    """What notify announces."""
    data = {"decision_id": decision_id, "notice_id": "N-1", "recipient": "office@331081003", "due_at": moment(when)}
    said = {**data, "due_at": moment(when).isoformat()}
    return fact("reply.missed", when, tenant="331081", id_=f"reply-missed/{when}", **(said | more))


def climbed(*facts: Fact, until: str = "05-27") -> list[tuple[str, str, str, str]]:
    return [
        (one.measure, one.level, one.status, f"{one.at:%m-%d}")
        for one in run(*facts, until=until)
        if "no_reply" in one.step
    ]


def test_after_a_notice_letter_comes_a_supervision_letter() -> None:
    """Of the same level, a town's by its county; it says which letter, until when, and of which decision."""
    assert climbed(FOUND, missed(LETTER, "05-25")) == [("supervision_letter", "county", "raised", "05-25")]
    (record,) = (one for one in run(FOUND, missed(LETTER, "05-25"), until="05-26") if "no_reply" in one.step)
    assert record.step == "T+3.no_reply"
    assert record.reason.endswith("；提示函至2023年5月24日24时无人签收或者答复，由县（市、区）发督办函。")
    assert record.context["follows"] == LETTER
    assert record.facts == ("found", "reply-missed/05-25")


def test_after_a_supervision_letter_comes_one_of_the_level_above() -> None:
    """And after that one, the province's."""
    above = next(
        one for one in run(FOUND, missed(SUPERVISION, "05-30"), until="06-01") if one.step == "T+7.no_reply"
    ).decision_id
    told = [FOUND, missed(SUPERVISION, "05-30"), missed(above, "06-03")]

    assert climbed(*told, until="06-04") == [
        ("supervision_letter", "city", "raised", "05-30"),
        ("supervision_letter", "province", "raised", "06-03"),
    ]


@pytest.mark.parametrize("when", [pytest.param("05-27", id="that very day"), pytest.param("05-29", id="before")])
def test_where_the_ladder_has_got_that_far_there_is_no_second_letter(when: str) -> None:
    """The rung of the seventh day is a 督办函 of the county already."""
    assert climbed(FOUND, missed(LETTER, when), until="06-01") == []


def test_it_ends_with_what_it_follows() -> None:
    """Rectified and passed, the letter and what followed it are done."""
    rectified = fact("hazard.rectified", "05-25 10:00", hazard_id="H-1", by="u1")
    passed = fact("hazard.reinspected", "05-26 09:00", hazard_id="H-1", passed=True)

    assert climbed(FOUND, missed(LETTER, "05-25"), rectified, passed) == [
        ("supervision_letter", "county", "raised", "05-25"),
        ("supervision_letter", "county", "cleared", "05-25"),
    ]


def test_it_falls_with_what_it_follows() -> None:
    """The hazard was never late, as a correction tells: the letter had no ground, and neither has this one."""
    later = msgspec.structs.replace(
        report("05-26", rectify_by="2023-08-01", id_="mended"), correction="found", recordedtime=moment("05-26")
    )

    assert [status for _, _, status, _ in climbed(FOUND, missed(LETTER, "05-25"), later)] == ["raised", "retracted"]


def test_any_order_of_arrival_leaves_the_same() -> None:
    """The word about the letter may only come after the letter's decision."""
    handed = fact("hazard.handed_over", "05-08 10:00", hazard_id="H-1", to_unit="u1")
    told = [FOUND, handed, missed(LETTER, "05-25")]
    left = {frozenset(settle([FOUND, *some], moment("05-26")).items()) for some in permutations(told[1:])}

    assert len(left) == 1


def test_what_people_said_is_told_apart() -> None:
    """A missed answer is no word about a proposal; of two about one decision the first counts."""
    first, second = missed(LETTER, "05-25"), missed(LETTER, "05-28")

    assert words([hear(first)]) == {}
    assert silences([hear(second), hear(first)]) == {LETTER: hear(first)}


def test_a_missed_answer_about_nothing_belongs_to_nobody() -> None:
    """The handler parks it."""
    assert Engine(law_of("wenling-2023")).cases_of(missed("nobody's", "05-25"), MemoryCases()) == ()
