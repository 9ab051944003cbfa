"""JSON is read as it was written, or refused by the name of its fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.strict_json import MAX_INTEGER, Fault, Unfit, read

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("body", "unfit"),
    [
        (b"  ", Unfit(Fault.EMPTY)),
        (b"", Unfit(Fault.EMPTY)),
        (b'["a\x00"]', Unfit(Fault.NUL_CHARACTER, "at byte 3")),
        (b'["\\u0000"]', Unfit(Fault.NUL_CHARACTER, "as the escape \\u0000")),
        (b'["\xff"]', Unfit(Fault.NOT_UTF8, "at byte 2")),
        (b"[" * 33 + b"]" * 33, Unfit(Fault.TOO_DEEP, "more than 32 levels")),
        (b'{"a": 1, "a": 1}', Unfit(Fault.DUPLICATE_KEY, "a")),
        (b'[{"\\ud800": 1}]', Unfit(Fault.LONE_SURROGATE, "an escape names half of a surrogate pair")),
        (b"[9223372036854775808]", Unfit(Fault.NUMBER_OUT_OF_RANGE, "9223372036854775808")),
        (b"[1e999]", Unfit(Fault.NUMBER_OUT_OF_RANGE, "1e999")),
        (b"[-Infinity]", Unfit(Fault.NUMBER_NOT_FINITE, "-Infinity")),
    ],
)
def test_a_fault_is_named_with_its_place(body: bytes, unfit: Unfit) -> None:
    """Each of them some library reads without a word."""
    assert read(body) == unfit


def test_what_is_no_json_says_where() -> None:
    """In the reader's own words."""
    found = read(b"[1,")

    assert isinstance(found, Unfit)
    assert (found.fault, "char 3" in found.detail) == (Fault.NOT_JSON, True)


def test_a_byte_order_mark_and_brackets_in_a_text_are_no_fault() -> None:
    """Windows programs write the one, people the other."""
    assert read(b"\xef\xbb\xbf[1]") == [1]
    assert read(b'["' + b"[" * 100 + b'"]') == ["[" * 100]


@given(PLAIN)
def test_what_is_written_is_read(value: object) -> None:
    """However it is escaped."""
    assert read(json.dumps(value).encode()) == value
    assert read(json.dumps(value, ensure_ascii=False).encode()) == value
