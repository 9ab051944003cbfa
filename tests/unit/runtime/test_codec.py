"""A fact survives the way through bytes, and the relay's two words are added without reading it."""

import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from runtime import codec
from runtime.errors import Rejected

AT = dt.datetime(2026, 5, 20, 8, 30, 0, 123, tzinfo=dt.UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
INSTANTS = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001 (zones above)


def fact(**more: object) -> Fact:
    known = {"id": "1", "source": "/s", "type": "a.b.v1", "time": AT, "tenant": "331081", "committee": "331081"}
    return Fact(**(known | {"data": msgspec.Raw(b'{"a":1}')} | more))  # type: ignore[arg-type]


@given(st.text(), st.dictionaries(st.text(), JSON, max_size=4))
def test_a_fact_survives_encoding(identity: str, data: dict[str, object]) -> None:
    """All members, Chinese or not; the data comes back as the same JSON."""
    whole = fact(id=identity, data=msgspec.Raw(msgspec.json.encode(data)), flags=("unknown_division",), historic=True)
    back = codec.decode(codec.encode(whole))

    assert (back.id, back.time, back.flags, back.historic) == (identity, AT, ("unknown_division",), True)
    assert data == json.loads(bytes(back.data))


@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1, max_size=5), INSTANTS, st.integers(1, 9), st.integers(1))
def test_splicing_adds_two_members_and_changes_no_other(
    members: dict[str, object], accepted_at: dt.datetime, incarnation: int, number: int
) -> None:
    """Parsed, the document is the old one with accepted time and sequence; the sequence is read from its tail."""
    number %= 10**18
    members.pop("acceptedtime", None)
    members.pop("sequence", None)
    document = msgspec.json.encode(members | {"last": 1})
    spliced = codec.splice(document, accepted_at=accepted_at, incarnation=incarnation, number=number)
    parsed = json.loads(spliced)

    assert codec.sequence_of(spliced) == (incarnation, number)
    assert parsed.pop("sequence") == f"{incarnation}:{number}"
    assert dt.datetime.fromisoformat(parsed.pop("acceptedtime")) == accepted_at
    assert parsed == members | {"last": 1}


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"null", b'{"a":1', b'{"a":1} ', b'{"sequence":"1:1"}'])
def test_only_an_object_with_members_and_without_a_number_can_be_numbered(document: bytes) -> None:
    """Anything else is refused where it is announced."""
    assert not codec.is_announceable(document)


def test_splicing_what_cannot_be_numbered_is_refused() -> None:
    """A comma after an opening brace would make no JSON."""
    with pytest.raises(ValueError, match="object with members"):
        codec.splice(b"{}", accepted_at=AT, incarnation=1, number=1)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_sequence_or_none(value: bytes) -> None:
    """Reading the tail never fails, and finds nothing where the relay wrote nothing."""
    found = codec.sequence_of(value)

    assert found is None or value.endswith(b'"}')


def test_what_is_no_fact_is_rejected_with_the_reason() -> None:
    """Bad JSON, bad UTF-8, a missing member, a naive time, another version."""
    good = json.loads(codec.encode(fact()))
    for broken in (
        b"{",
        b"\xff",
        json.dumps(good | {"time": "2026-05-20T08:30:00"}).encode(),
        json.dumps(good | {"specversion": "2.0"}).encode(),
        json.dumps({k: v for k, v in good.items() if k != "id"}).encode(),
    ):
        with pytest.raises(Rejected) as caught:
            codec.decode(broken)
        assert caught.value.reason == "undecodable"


def test_a_tick_says_up_to_when_time_is_complete() -> None:
    """It is a fact of its own type, with its value as time and accepted time, and no sequence."""
    document = codec.tick(AT, source="/bihuan/intake")
    back = codec.decode(document)

    assert (back.type, back.time, back.known_at, back.source) == ("clock.ticked.v1", AT, AT, "/bihuan/intake")
    assert codec.sequence_of(document) is None


def test_instants_are_written_in_utc_with_microseconds() -> None:
    """One spelling, so that texts compare like instants; a naive one is refused."""
    shanghai = dt.timezone(dt.timedelta(hours=8))

    assert codec.instant_text(dt.datetime(2026, 5, 20, 16, 30, tzinfo=shanghai)) == "2026-05-20T08:30:00.000000Z"
    with pytest.raises(ValueError, match="offset"):
        codec.instant_text(dt.datetime(2026, 5, 20))  # noqa: DTZ001 (the naive one is the point)
