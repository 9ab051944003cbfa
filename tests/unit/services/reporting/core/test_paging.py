"""A cursor names the last row seen, and only a cursor of this list is taken."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.paging import BadCursorError, Cursor, pattern, read_cursor
from services.reporting.core.rows import HazardKey
from tests.unit.services.reporting.facts import at

CURSOR = Cursor("newest", at("2023-05-08 09:00"), "331081", "test", "隐患/1")


def test_a_cursor_is_read_back() -> None:
    """It comes back as it was given, whatever the id is written with."""
    read = read_cursor(CURSOR.encode(), "newest")

    assert (CURSOR, HazardKey("331081", "test", "隐患/1")) == (read, read.key)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!!!!",
        "隐患",
        CURSOR.encode()[:-3],
        base64.urlsafe_b64encode(b'["newest","2023-05-08T09:00:00","331081","t","1"]').decode(),
        base64.urlsafe_b64encode(b'["oldest","2023-05-08T09:00:00Z","331081","t","1"]').decode(),
    ],
)
def test_what_this_list_never_gave_out_is_refused(text: str) -> None:
    """Noise, half a cursor, a moment without offset, an unknown order."""
    with pytest.raises(BadCursorError):
        read_cursor(text, "newest")


def test_a_cursor_belongs_to_its_order() -> None:
    """The place in one order means nothing in another."""
    with pytest.raises(BadCursorError):
        read_cursor(CURSOR.encode(), "worst")


@given(st.binary(max_size=60))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    """Whatever stands in the address, the answer is a refusal by name."""
    text = base64.urlsafe_b64encode(noise).decode()
    with pytest.raises(BadCursorError):
        read_cursor(text, "newest")


def test_wildcards_are_looked_for_as_themselves() -> None:
    """Per cent, underscore and backslash have no other meaning to a reader."""
    assert r"%50\%\_\\%" == pattern("50%_\\")
