"""Sentences an official can read out: days, ends of terms, periods, tolls."""

import pytest

from services.escalation.core.cases.accident import fold
from services.escalation.core.heard import hear
from services.escalation.core.wording import deadline_words, period_words, toll_words
from tests.unit.services.escalation.accidents import accident
from tests.unit.services.escalation.stories import all_divisions, moment


@pytest.mark.parametrize(
    ("due", "words"),
    [
        pytest.param("2021-07-17 00:00", "2021年7月16日24时", id="a day runs to 24:00, never to 0:00 of the next"),
        pytest.param("2020-03-26 10:00", "2020年3月26日10时00分", id="a cut-off on the day"),
    ],
)
def test_the_end_of_a_term(due: str, words: str) -> None:
    """As it is said in a notice."""
    assert deadline_words(moment(due)) == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2021", "2021年"),
        ("2021-Q2", "2021年第二季度"),
        ("2023-H1", "2023年上半年"),
        ("2023-H2", "2023年下半年"),
        ("2023-06", "2023年6月"),
        ("2023-W09", "2023年第9周"),
        ("2021-05-20", "2021年5月20日"),
        ("A-1", "A-1"),
    ],
)
def test_periods(label: str, words: str) -> None:
    """Labels as events carry them, read out."""
    assert period_words(label) == words


@pytest.mark.parametrize(
    ("toll", "words"),
    [
        pytest.param({"deaths": None}, "伤亡和损失不明", id="nothing is known"),
        pytest.param({"deaths": 0, "serious_injuries": 2}, "死亡0人、重伤2人", id="what is known is said"),
        pytest.param({"deaths": None, "loss_yuan": 10_000_000}, "直接经济损失10,000,000元", id="a loss"),
    ],
)
def test_tolls(toll: dict[str, object], words: str) -> None:
    """What is unknown is not said to be 0."""
    fact = hear(accident("2021-07-01", **toll))  # type: ignore[arg-type]
    found = fold("A-1", "", [fact], committee="371000", divisions=all_divisions())

    assert found is not None
    assert toll_words(found) == words
