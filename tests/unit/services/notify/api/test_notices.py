"""A cursor is opaque, ours, and leads to one place."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.web import Problem
from services.notify.api.notices import make_cursor, read_cursor
from tests.unit.services.notify.given import NOW


@given(identifier=st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_cursor_leads_back_to_its_row(identifier: str) -> None:
    """Instant and id survive the way out and back."""
    assert read_cursor(make_cursor({"created_at": NOW, "id": identifier})) == (NOW, identifier)


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "!!!!",
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b'["2023-05-21T00:00:00","a"]').decode(),
    ],
)
def test_a_cursor_of_another_make_is_refused(word: str) -> None:
    """With 400 and what to do."""
    with pytest.raises(Problem) as refused:
        read_cursor(word)

    assert refused.value.status_code == 400
