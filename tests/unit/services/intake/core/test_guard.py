"""Every poison that has killed somebody's consumer is refused by name, and nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.core import guard
from services.intake.core.guard import MAX_BYTES, MAX_DEPTH, Refusal, read_object, split_array
from services.intake.core.reasons import EXPLANATIONS, Reason

NUMBERS = st.integers(-guard.MAX_INTEGER, guard.MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", Reason.EMPTY, id="nothing at all"),
        pytest.param(b" \n", Reason.EMPTY, id="blanks only"),
        pytest.param(b'{"a":"' + b"x" * MAX_BYTES + b'"}', Reason.TOO_LARGE, id="more than a mebibyte"),
        pytest.param('{"a":"隐患"}'.encode("gb18030"), Reason.NOT_UTF8, id="GB18030"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', Reason.NOT_UTF8, id="a surrogate in raw bytes"),
        pytest.param('{"a":1}'.encode("utf-16"), Reason.NUL_CHARACTER, id="UTF-16 is full of NUL"),
        pytest.param(b'{"a":"\x00"}', Reason.NUL_CHARACTER, id="a raw NUL"),
        pytest.param(b'{"a":"\\u0000"}', Reason.NUL_CHARACTER, id="an escaped NUL"),
        pytest.param(b'{"\\u0000":1}', Reason.NUL_CHARACTER, id="an escaped NUL in a key"),
        pytest.param(b'{"a":["\\ud800"]}', Reason.LONE_SURROGATE, id="half of a pair"),
        pytest.param(b'{"a":"\\udc00\\ud800"}', Reason.LONE_SURROGATE, id="a pair the wrong way round"),
        pytest.param(b'{"a":' * 100_000, Reason.TOO_DEEP, id="a hundred thousand objects deep"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, Reason.TOO_DEEP, id="a hundred thousand arrays deep"),
        pytest.param(b"{'a':1}", Reason.NOT_JSON, id="single quotes"),
        pytest.param(b'{"a":1}{"b":2}', Reason.NOT_JSON, id="two objects in one message"),
        pytest.param(b'{"a":1', Reason.NOT_JSON, id="cut off"),
        pytest.param(b'{"a":"\x1f"}', Reason.NOT_JSON, id="a raw control character"),
        pytest.param('{"a":１}'.encode(), Reason.NOT_JSON, id="a full-width digit as a number"),
        pytest.param(b"[1,2]", Reason.NOT_AN_OBJECT, id="an array"),
        pytest.param(b'"text"', Reason.NOT_AN_OBJECT, id="a string"),
        pytest.param(b"7", Reason.NOT_AN_OBJECT, id="a number"),
        pytest.param(b'{"a":1,"a":1}', Reason.DUPLICATE_KEY, id="a key twice"),
        pytest.param(b'{"a" :1,"a":1}', Reason.DUPLICATE_KEY, id="a key twice, once with a blank"),
        pytest.param(b'{"b":{"a":1,"\\u0061":2}}', Reason.DUPLICATE_KEY, id="a key twice, once escaped"),
        pytest.param(b'{"a\\\\":1,"a\\\\":2}', Reason.DUPLICATE_KEY, id="a key ending in a backslash twice"),
        pytest.param(b'{"a":NaN}', Reason.NUMBER_NOT_FINITE, id="NaN"),
        pytest.param(b'{"a":-Infinity}', Reason.NUMBER_NOT_FINITE, id="minus infinity"),
        pytest.param(b'{"a":1e999}', Reason.NUMBER_OUT_OF_RANGE, id="a float that would be infinite"),
        pytest.param(b'{"a":9223372036854775808}', Reason.NUMBER_OUT_OF_RANGE, id="one above 64 bits"),
        pytest.param(b'{"a":[' + b"9" * 5000 + b"]}", Reason.NUMBER_OUT_OF_RANGE, id="five thousand digits"),
    ],
)
def test_poison_is_refused_by_name(body: bytes, reason: Reason) -> None:
    """Each kind of poison has its own reason."""
    answer = read_object(body)

    assert isinstance(answer, Refusal)
    assert reason == answer.reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"{}", {}, id="an empty object"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="a byte order mark is tolerated"),
        pytest.param(b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}, id="a whole pair"),
        pytest.param(b'{"a":"\\"a\\":1"}', {"a": '"a":1'}, id="a text that looks like a key"),
        pytest.param(b'{"a":{"a":{"a":[]}}}', {"a": {"a": {"a": []}}}, id="one key at several depths"),
        pytest.param(b'{"a":9223372036854775807}', {"a": 2**63 - 1}, id="the largest whole number"),
        pytest.param(
            b'{"a":"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"}', {"a": "{" * 36}, id="brackets in a text have no depth"
        ),
        pytest.param(b'{"a" : 1}', {"a": 1}, id="blanks before a colon"),
    ],
)
def test_clean_bodies_are_read(body: bytes, expected: dict[str, object]) -> None:
    """What JSON allows and readers agree on is read."""
    assert expected == read_object(body)


def test_the_deepest_allowed_body_is_read() -> None:
    """The limit is the deepest nesting that is still read."""
    at_limit = b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH

    assert isinstance(read_object(at_limit), dict)
    assert read_object(b'{"a":' + at_limit + b"}") == Refusal(Reason.TOO_DEEP, "more than 32 levels")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    """Whatever the bytes, the answer is an object or a refusal."""
    assert isinstance(read_object(body), dict | Refusal)


@given(st.text('{}[]":,\\ud0a8c1eE+-.NanIfity\x00 \n', max_size=60))
def test_no_near_json_makes_it_raise(text: str) -> None:
    """The same for texts made of what JSON is made of; and both ways of reading agree."""
    body = text.encode()
    quick = guard._read_quickly(body)

    assert isinstance(read_object(body), dict | Refusal)
    assert quick is None or quick == guard._read_slowly(body)


@given(tree=OBJECTS, escaped=st.booleans())
def test_every_object_survives(*, tree: dict[str, object], escaped: bool) -> None:
    """Every object of sound values is read as it was written, by the quick way and by the slow one."""
    body = json.dumps(tree, ensure_ascii=escaped, separators=(",", ":")).encode()

    assert tree == read_object(body)
    assert tree == guard._read_slowly(body)


@given(OBJECTS, st.data())
def test_a_repeated_key_is_always_found(tree: dict[str, object], data: st.DataObject) -> None:
    """A key that is written twice is refused, whatever stands around it."""
    tree = {**tree, "k": 0}
    key = data.draw(st.sampled_from(sorted(tree)))
    body = json.dumps(tree, ensure_ascii=data.draw(st.booleans()))
    twice = body[:-1] + "," + json.dumps(key) + data.draw(st.sampled_from([":", " :", "\n:"])) + "1}"

    answer = read_object(twice.encode())

    assert isinstance(answer, Refusal)
    assert answer.reason == Reason.DUPLICATE_KEY


def test_an_array_is_cut_into_the_bytes_of_its_elements() -> None:
    """Elements keep their bytes, whatever is wrong inside them."""
    deep = b"[" * 5000 + b"]" * 5000
    body = b' [{"a":1}, {"b":"\xff,]"}, {"c":NaN}, ' + deep + b', {"d":"\\ud800"}, 5] '

    assert split_array(body) == [b'{"a":1}', b'{"b":"\xff,]"}', b'{"c":NaN}', deep, b'{"d":"\\ud800"}', b"5"]
    assert split_array(b'[{"a":1},{"b":"[,"}]') == [b'{"a":1}', b'{"b":"[,"}']
    assert split_array(b"[]") == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[1", b"[1]]", b"[[1]", b"[}{]", b"\xff"])
def test_what_is_no_array_is_refused(body: bytes) -> None:
    """A body whose elements cannot be told apart is refused as a whole."""
    answer = split_array(body)

    assert isinstance(answer, Refusal)
    assert answer.reason == Reason.NOT_JSON


@given(st.binary(max_size=120))
def test_cutting_never_raises(body: bytes) -> None:
    """Whatever the bytes between the brackets, the answer is a list or a refusal."""
    assert isinstance(split_array(b"[" + body + b"]"), list | Refusal)


def test_every_reason_is_explained() -> None:
    """Each reason has a sentence and a mend in Chinese, each a whole sentence."""
    assert set(Reason) == set(EXPLANATIONS)
    assert all(e.sentence.endswith("。") and e.mend.endswith("。") for e in EXPLANATIONS.values())
