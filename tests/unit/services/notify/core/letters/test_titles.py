"""A title is broken where the eye can rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.core.letters.titles import WIDEST, title_lines


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        pytest.param("关于约谈城西街道办事处的通知", 1, id="one line where it fits"),
        pytest.param("关于甲一机械有限公司“疏散通道被货物堵塞”隐患逾期未整改的督办函", 2, id="two balanced lines"),
    ],
)
def test_a_title_takes_as_few_lines_as_it_needs(title: str, lines: int) -> None:
    """And no line is longer than the page is wide."""
    broken = title_lines(title)

    assert len(broken) == lines
    assert max(map(len, broken)) - min(map(len, broken)) <= 4


def test_a_quotation_begins_a_line_where_it_can() -> None:
    """Rather than being cut in the middle of a word."""
    assert title_lines("关于甲一机械有限公司“疏散通道被货物堵塞”隐患有关情况的函")[1].startswith("“")


@given(st.text(st.sampled_from("关于对隐患的督办函，。（）“”《》甲乙丙AB12"), min_size=1, max_size=120))
def test_nothing_is_lost_and_no_line_is_too_wide(title: str) -> None:
    """Whatever the title."""
    broken = title_lines(title)

    assert "".join(broken) == title
    assert all(0 < len(line) <= WIDEST for line in broken)
