"""Each letter holds the clause that asks for it: whose decision drafts it, and what the draft says."""

from typing import Any

import pytest

from contracts.vocabulary import LetterKind, Measure, RuleId, Status
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.wording import talk_minutes_of
from tests.unit.services.notify.core.letters.writing import drafted, supervision, talk


def the_letter(**changes: Any) -> Letter:
    """The first letter that such a decision about the overdue hazard drafts."""
    return drafted(supervision(**changes))[0]


@pytest.mark.parametrize(
    ("changes", "kind", "title"),
    [
        pytest.param({"measure": Measure.NOTICE_LETTER}, LetterKind.NOTICE_LETTER, "提示函", id="S2-20"),
        pytest.param(
            {"measure": Measure.PROBLEM_LIST, "rule": RuleId.PROBLEM_LIST},
            LetterKind.INFORMATION_LETTER,
            "函",
            id="S2-21, S2-27",
        ),
        pytest.param(
            {"measure": Measure.ACCIDENT_TRACK, "rule": RuleId.ACCIDENT_TRACK},
            LetterKind.RECTIFICATION_NOTICE,
            "整改",
            id="S4-12",
        ),
        pytest.param(
            {"measure": Measure.REFERRAL, "status": Status.CONFIRMED}, LetterKind.REFERRAL_LETTER, "抄告", id="S0-22"
        ),
    ],
)
def test_a_decision_is_written_as_its_letter(changes: dict[str, Any], kind: LetterKind, title: str) -> None:
    """With what was found, where, and the reason that was decided; unsigned until a named person signs it."""
    letter = the_letter(**changes)

    assert letter.kind == kind
    assert title in letter.content.title
    assert letter.number is None
    said = "".join([*letter.content.opening, *(words for _, words in letter.content.facts)])
    assert "至今未整改" in said
    assert "疏散通道被货物堵塞" in said


def test_a_talk_has_a_notice_and_minutes() -> None:
    """S3-24: whom, when and about what; the minutes leave room for what was said and who was there."""
    (notice,) = drafted(talk())
    minutes = talk_minutes_of(notice.content)

    assert notice.kind == LetterKind.TALK_NOTICE
    assert "约谈" in notice.content.title
    assert "纪要" in minutes.title
