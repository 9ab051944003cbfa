"""Facts about the words of the field."""

import pytest

from contracts import vocabulary
from contracts.vocabulary import PUNITIVE_MEASURES, Level, Measure, RuleId, Status, SubjectKind, Term, Verdict

LISTS = [words for words in vars(vocabulary).values() if isinstance(words, type) and Term in words.__bases__]


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_every_word_has_a_chinese_name_and_a_sentence(words: type[Term]) -> None:
    """A word travels as lower-case ASCII, is read in Chinese and explained in one sentence."""
    for word in words:
        assert str(word) == word.name.lower()
        assert any("一" <= letter <= "鿿" for letter in word.chinese) or word.chinese.isascii()
        assert word.sentence.endswith(".")


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_chinese_names_are_unique_within_a_list(words: type[Term]) -> None:
    """Two words of one list never read the same."""
    assert len({word.chinese for word in words}) == len(words)


def test_words_are_found_by_what_travels() -> None:
    """The value on the wire gives the word back."""
    assert Measure("listed_supervision") is Measure.LISTED_SUPERVISION
    assert Measure.LISTED_SUPERVISION.chinese == "挂牌督办"


def test_measures_of_the_interface() -> None:
    """The measures are those of the public interface, in its order."""
    expected = (
        "remind notice_letter supervision_letter joint_supervision listed_supervision admonition_talk suspension penalty "
        "referral accident_track problem_list instant_report warning_meeting meeting_report missing_report ranking alert"
    )

    assert expected.split() == list(Measure)


def test_rules_of_the_interface() -> None:
    """The rule ids are those of the public interface, in its order."""
    expected = (
        "same_day_handover same_day_report due_soon overdue late_evidence major_hazard instant_report missing_proposal "
        "repeat_offence recurrence long_standing accident_track joint_supervision problem_list refusal listing_expiry "
        "returned_dispute talk_serious_accident talk_fatal_window talk_sector talk_ranking talk_accident_prone "
        "talk_duty_failure warning_meeting standing_meeting campaign_goal stage_report daily_report periodic_report "
        "commitment field_days look_back enforcement_missing unowned_site coverage target_behind frequency"
    )

    assert expected.split() == list(RuleId)


def test_states_subjects_and_levels_of_the_interface() -> None:
    """Statuses, subjects and levels are those of the public interface."""
    statuses = "raised proposed provisional confirmed rejected cleared retracted questioned coalesced"
    subjects = "hazard site area department unit team accident obligation target"

    assert statuses.split() == list(Status)
    assert subjects.split() == list(SubjectKind)
    assert list(Level) == ["town", "county", "city", "province"]
    assert list(Verdict) == ["confirmed", "rejected", "upheld", "lifted"]


def test_measures_that_punish_need_a_person() -> None:
    """Exactly five measures are only ever proposed."""
    expected = {"listed_supervision", "admonition_talk", "suspension", "penalty", "referral"}

    assert expected == set(PUNITIVE_MEASURES)
