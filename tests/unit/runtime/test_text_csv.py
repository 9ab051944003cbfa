"""A CSV is opened as what it is."""

import io

import pytest

from runtime.text_csv import guarded, writer


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    """The reader sees the text as it was said."""
    assert guarded(text) == "'" + text


def test_any_other_text_stays() -> None:
    """Also one that holds a formula later on, which only a separator could set free: every cell is quoted."""
    out = io.StringIO(newline="")
    writer(out).writerow([guarded("x;=1+1"), guarded("疏散通道"), 3])

    assert out.getvalue() == '"x;=1+1","疏散通道","3"\r\n'
