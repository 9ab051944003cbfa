"""Facts about the glossary."""

from contracts.glossary import ENTRIES, LISTS
from contracts.vocabulary import Level, Measure, Term, Verdict


def test_one_term_for_each_chinese_word() -> None:
    """Neither side stands twice."""
    assert len({entry.chinese for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.term for entry in ENTRIES}) == len(ENTRIES)


def test_every_list_of_words_is_shown() -> None:
    """A new list cannot be forgotten."""
    ours = {term for term in Term.__subclasses__() if term.__module__.startswith("contracts.")}

    assert ours == set(LISTS)
    assert {Level, Measure, Verdict} <= set(LISTS)


def test_measures_have_a_line() -> None:
    """What a letter is called is explained."""
    explained = " ".join(entry.chinese for entry in ENTRIES)

    for measure in (
        Measure.NOTICE_LETTER,
        Measure.SUPERVISION_LETTER,
        Measure.LISTED_SUPERVISION,
        Measure.ADMONITION_TALK,
    ):
        assert measure.chinese in explained
