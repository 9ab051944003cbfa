"""Which decision drafts which letter, once; and what becomes of letters whose basis disappears."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import LetterKind, LetterState, Measure, RuleId, Status
from services.notify.core.letters.drafting import OCCASIONS, draft, heard, stands, taken_back
from services.notify.core.letters.letter import Basis, Letter, retraction_id
from services.notify.core.letters.organs import letter_rules_from
from services.notify.core.letters.signing import sent, signed, why_unsignable
from tests.unit.services.notify.core.letters.writing import (
    DESK,
    RULES,
    TODAY,
    drafted,
    issued,
    supervision,
    talk,
    warning_meeting,
)
from tests.unit.services.notify.given import DIVISIONS, NOW, decision, later


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        pytest.param({"measure": Measure.REMIND}, [], id="a reminder is no letter"),
        pytest.param({"measure": Measure.NOTICE_LETTER}, [LetterKind.NOTICE_LETTER], id="提示函"),
        pytest.param({"measure": Measure.SUPERVISION_LETTER}, [LetterKind.SUPERVISION_LETTER], id="督办函"),
        pytest.param({"measure": Measure.JOINT_SUPERVISION}, [LetterKind.SUPERVISION_LETTER], id="联合督办"),
        pytest.param({"measure": Measure.ACCIDENT_TRACK}, [LetterKind.RECTIFICATION_NOTICE], id="整改通知"),
        pytest.param({"measure": Measure.PROBLEM_LIST}, [LetterKind.INFORMATION_LETTER], id="函告"),
        pytest.param(
            {"measure": Measure.LISTED_SUPERVISION, "status": Status.PROPOSED}, [], id="a proposal writes none"
        ),
        pytest.param(
            {"measure": Measure.LISTED_SUPERVISION, "status": Status.CONFIRMED},
            [LetterKind.LISTING_NOTICE],
            id="挂牌督办通知书",
        ),
        pytest.param(
            {"measure": Measure.ADMONITION_TALK, "status": Status.CONFIRMED}, [LetterKind.TALK_NOTICE], id="约谈通知"
        ),
        pytest.param(
            {"measure": Measure.ADMONITION_TALK, "status": Status.CONFIRMED, "clauses": ("S3-21", "S3-24")},
            [LetterKind.TALK_NOTICE, LetterKind.PUBLICATION],
            id="S3-24: 公开曝光",
        ),
        pytest.param(
            {"measure": Measure.REFERRAL, "status": Status.CONFIRMED}, [LetterKind.REFERRAL_LETTER], id="抄告函"
        ),
        pytest.param(
            {"measure": Measure.PENALTY, "status": Status.CONFIRMED}, [LetterKind.TRANSFER_LETTER], id="移交函"
        ),
        pytest.param(
            {"measure": Measure.WARNING_MEETING},
            [LetterKind.MEETING_INVITATION, LetterKind.MEETING_MINUTES],
            id="invitation and minutes",
        ),
        pytest.param(
            {"measure": Measure.MEETING_REPORT, "rule": RuleId.STANDING_MEETING}, [LetterKind.LEADER_BRIEF], id="brief"
        ),
        pytest.param({"measure": Measure.MEETING_REPORT, "rule": RuleId.WARNING_MEETING}, [], id="a report of theirs"),
        pytest.param({"measure": Measure.SUPERVISION_LETTER, "historic": True}, [], id="history is written to nobody"),
        pytest.param({"measure": Measure.SUPERVISION_LETTER, "status": Status.COALESCED}, [], id="a rung already past"),
    ],
)
def test_a_decision_drafts_its_letters(changes: dict[str, Any], kinds: list[LetterKind]) -> None:
    """By measure and status, for the two meetings by rule as well."""
    assert kinds == [letter.kind for letter in drafted(decision(**changes))]


def test_every_kind_has_its_occasion_but_those_that_follow_from_letters_and_one_that_people_draft() -> None:
    """The retraction and the minutes of a talk follow; whether a crime is suspected no rule can tell."""
    asked = {kind for occasion in OCCASIONS for kind in occasion.kinds}

    follow = {LetterKind.RETRACTION_LETTER, LetterKind.TALK_MINUTES}
    assert set(LetterKind) - asked == follow | {LetterKind.CRIME_REFERRAL}


def test_the_same_record_drafts_nothing_twice() -> None:
    """However often it is heard."""
    first = drafted()

    assert drafted(known=tuple(first)) == []


def test_a_supervision_letter_is_not_drafted_again_in_another_turn() -> None:
    """As long as the first one stands: sent twice it is a scandal."""
    assert drafted(turn=1, known=(sent(issued(), NOW),)) == []


def test_it_is_drafted_again_when_the_first_one_was_withdrawn() -> None:
    """For then none stands."""
    first = issued()
    back = signed(taken_back(first, DESK, NOW, why="情况有变"), by="乙", now=NOW, number=6)
    withdrawn = first.moved(LetterState.WITHDRAWN, withdrawn_by=back.id)

    assert [letter.turn for letter in drafted(turn=1, known=(withdrawn, back))] == [1]


def test_other_kinds_are_drafted_again_in_another_turn() -> None:
    """Who was told of the end has to hear that it no longer holds."""
    letter = drafted(decision(measure=Measure.NOTICE_LETTER))

    again = drafted(decision(measure=Measure.NOTICE_LETTER), turn=1, known=tuple(letter))

    assert [each.turn for each in again] == [1]


def test_a_draft_falls_with_its_decision() -> None:
    """It was never signed, so nothing has to be taken back."""
    (draft,) = drafted()

    (changed,) = drafted(supervision(status=Status.RETRACTED), known=(draft,))

    assert (changed.state, changed.basis) == (LetterState.DISCARDED, Basis.GONE)


@pytest.mark.parametrize("status", [Status.RETRACTED, Status.REJECTED])
def test_a_letter_that_went_out_is_taken_back_by_another_one(status: Status) -> None:
    """To everybody who got it (T13)."""
    first = sent(issued(), NOW)

    changed, back = drafted(supervision(status=status), known=(first,))

    assert (changed.state, changed.basis) == (LetterState.SENT, Basis.GONE)
    assert (back.kind, back.state, back.withdraws) == (LetterKind.RETRACTION_LETTER, LetterState.DRAFTED, first.id)
    assert back.content.addressees == first.content.addressees
    assert back.content.copies == first.content.copies
    assert "温岭安委办〔2023〕5号" in back.content.opening[0]
    assert drafted(supervision(status=status), known=(changed, back)) == []


def test_a_confirmed_talk_that_is_questioned_and_lifted_is_taken_back() -> None:
    """Questioned, it waits; lifted, its letter is taken back."""
    first = sent(issued(talk()), NOW)

    (questioned,) = drafted(talk(status=Status.QUESTIONED), known=(first,))
    changed = drafted(talk(status=Status.RETRACTED), known=(questioned,))

    assert questioned.basis is Basis.QUESTIONED
    assert [letter.withdraws for letter in changed] == [None, first.id]


def test_a_questioned_talk_that_is_upheld_stands_again() -> None:
    """Without another letter."""
    first = sent(issued(talk()), NOW)
    (questioned,) = drafted(talk(status=Status.QUESTIONED), known=(first,))

    (upheld,) = drafted(talk(status=Status.CONFIRMED), known=(questioned,))

    assert (upheld.basis, upheld.state) == (Basis.STANDS, LetterState.SENT)


def test_what_was_late_was_late() -> None:
    """A hazard rectified after its letter takes nothing back; a draft only says so."""
    (draft,) = drafted()

    (changed,) = drafted(supervision(status=Status.CLEARED), known=(draft,))

    assert (changed.state, changed.basis) == (LetterState.DRAFTED, Basis.ENDED)


HINT = {"kind": "transfer_letter", "tenant": "331081", "clause": "S3-11", "words": "依法顶格处罚，上限为五万元"}


@pytest.mark.parametrize(
    ("changes", "hint", "hinted"),
    [
        pytest.param({}, {}, True, id="newly found"),
        pytest.param({"rule": RuleId.REPEAT_OFFENCE}, {}, False, id="it came back"),
        pytest.param({}, {"tenant": "330400"}, False, id="another city's notice says so"),
        pytest.param({}, {"kind": "referral_letter"}, False, id="another kind of letter"),
    ],
)
def test_a_penalty_is_hinted_at_and_a_person_decides(
    changes: dict[str, Any], hint: dict[str, str], hinted: bool
) -> None:
    """S3-11: the legal ceiling stands in the draft as a blank, and nobody signs over it."""
    rules = letter_rules_from(RULES | {"hints": [HINT | hint]}, DIVISIONS)
    letter = draft(LetterKind.TRANSFER_LETTER, supervision(**changes), 0, replace(DESK, rules=rules), NOW)

    assert ("【请审定：依法顶格处罚，上限为五万元】" in letter.content.demands) is hinted
    assert ("没有未填写" if not hinted else "未填写") in (why_unsignable(letter, [], TODAY) or "没有未填写")


def test_the_pack_of_a_warning_meeting_names_its_invitees_and_four_points() -> None:
    """S3-19: the sector's departments and the committee's office; inform, show, analyse, propose."""
    invitation, minutes = drafted(
        warning_meeting(context={**warning_meeting().context, "leads": "市应急管理局、市经信局"})
    )

    assert invitation.organ == "331081003"
    assert [party.name for party in invitation.content.addressees] == [
        "市应急管理局",
        "市经信局",
        "温岭市安全生产委员会办公室",
    ]
    assert [line[:7] for line in invitation.content.annexes[0].lines] == [
        "一、通报事故情",
        "二、播放事故警",
        "三、剖析事故原",
        "四、提出整改和",
    ]
    assert minutes.kind is LetterKind.MEETING_MINUTES
    assert len(minutes.content.demands) == 4


moves = st.lists(st.sampled_from(["raised", "cleared", "retracted", "sign", "send", "sign back"]), max_size=14)


@given(moves)
def test_whatever_happens_one_supervision_letter_stands_at_most(what: list[str]) -> None:
    """And every letter that went out and lost its basis has one letter that takes it back, drafted or signed."""
    letters: dict[str, Letter] = {}
    turn, status = 0, None
    for n, move in enumerate(what):
        now = later(minutes=n)
        if move in {"raised", "cleared", "retracted"}:
            turn += status in {"cleared", "retracted"} and move == "raised"
            status = move
            record = supervision(status=Status(move), known_at=now)
            letters |= {each.id: each for each in heard(record, turn, letters.values(), DESK, now)}
        for letter in list(letters.values()):
            draft = letter.state is LetterState.DRAFTED and (move == "sign back") == (letter.withdraws is not None)
            if move in {"sign", "sign back"} and draft and letter.basis is not Basis.GONE:
                letters[letter.id] = signed(letter, by="甲", now=now, number=n + 1)
                if letter.withdraws:
                    taken = letters[letter.withdraws]
                    letters[taken.id] = taken.moved(LetterState.WITHDRAWN, withdrawn_by=letter.id)
            if move == "send" and letter.state is LetterState.SIGNED:
                letters[letter.id] = sent(letter, now)

    supervising = [each for each in letters.values() if each.kind is LetterKind.SUPERVISION_LETTER]
    assert len([each for each in supervising if stands(each)]) <= 1
    orphans = [each for each in supervising if each.basis is Basis.GONE and each.state is not LetterState.DISCARDED]
    assert {retraction_id(each.id) for each in orphans} <= letters.keys()


def test_the_order_in_which_records_of_several_matters_come_changes_nothing() -> None:
    """Each matter has its own letters."""
    records = [supervision(), supervision(decision_id="d-8", occurrence="1"), talk()]

    outcomes = []
    for order in permutations(records):
        found: dict[str, Letter] = {}
        for record in order:
            found |= {each.id: each for each in heard(record, 0, found.values(), DESK, NOW)}
        outcomes.append(msgspec.json.encode(sorted(found)))

    assert len(set(outcomes)) == 1
