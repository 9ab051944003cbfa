"""From whom a letter comes, to whom it goes, who gets a copy."""

from typing import Any

import pytest

from contracts.divisions import load
from contracts.vocabulary import LetterKind, Level
from services.notify.core.letters.organs import InvalidLetterRules, LetterRules, letter_rules_from
from services.notify.core.letters.parties import copies
from services.notify.core.places import Places
from tests.unit.services.notify.core.letters.writing import RULES, supervision

DIVISIONS = load()
GROUPS = {"330400": [["330000"], ["市委办", "市府办"]]}
CITY: dict[str, Any] = {"tenant": "330402", "committee": "330400", "level": Level.CITY}


def rules(**copied: Any) -> LetterRules:
    told = {"kinds": ["supervision_letter"], "groups": GROUPS} | copied
    return letter_rules_from(RULES | {"copies": told}, DIVISIONS)


def copied(kind: LetterKind, **changes: Any) -> list[tuple[str, bool]]:
    found = copies(kind, supervision(**(CITY | changes)), rules(), Places(DIVISIONS))
    return [(party.unit, party.beside) for party in found]


def test_those_who_always_are_to_know_come_first_in_their_groups() -> None:
    """S1-22: the province's office, then the two offices of the city; then whom this matter concerns."""
    assert copied(LetterKind.SUPERVISION_LETTER)[:3] == [("330000", False), ("市委办", False), ("市府办", True)]
    assert ("市应急管理局", False) in copied(LetterKind.SUPERVISION_LETTER)


@pytest.mark.parametrize("kind", [LetterKind.NOTICE_LETTER, LetterKind.LEADER_BRIEF], ids=str)
def test_other_kinds_go_to_whom_the_matter_concerns(kind: LetterKind) -> None:
    """The file says with which kinds the standing copies go."""
    assert "市委办" not in [unit for unit, _ in copied(kind)]


def test_another_organs_letters_have_no_copies_of_this_one() -> None:
    """A county of the city writes to whom it concerns."""
    assert "市委办" not in [unit for unit, _ in copied(LetterKind.SUPERVISION_LETTER, level=Level.COUNTY)]


@pytest.mark.parametrize(
    ("copied", "why"),
    [
        ({"kinds": ["referral_letter"]}, "seen by its addressees alone"),
        ({"groups": {"嘉兴": [["甲"]]}}, "by its code"),
        ({"groups": {"330400": [[]]}}, "empty"),
        ({"groups": {"330400": [["甲", ""]]}}, "empty"),
        ({"kinds": ["love_letter"]}, "love_letter"),
    ],
    ids=["a referral", "no code", "an empty group", "an empty name", "no such kind"],
)
def test_a_file_that_cannot_be_used_is_refused(copied: dict[str, Any], why: str) -> None:
    """With the place and the mend."""
    with pytest.raises(InvalidLetterRules, match=why):
        rules(**copied)
