"""Facts about the envelope of the inner log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.facts import Fact

HAPPENED = datetime(2023, 5, 8, 1, 0, tzinfo=UTC)


def a_fact(**changes: Any) -> Fact:
    attributes = {
        "id": "e-1",
        "source": "/examples/upstream",
        "type": "hazard.closed.v1",
        "time": HAPPENED,
        "tenant": "331081003",
        "committee": "331081",
        "data": msgspec.Raw(b'{"hazard_id":"H-1"}'),
    }
    return Fact(**{**attributes, **changes})


def test_a_fact_is_a_structured_cloud_event() -> None:
    """What is not said does not travel; the version always does."""
    expected = (
        b'{"specversion":"1.0","id":"e-1","source":"/examples/upstream","type":"hazard.closed.v1",'
        b'"time":"2023-05-08T01:00:00Z","tenant":"331081003","committee":"331081","data":{"hazard_id":"H-1"}}'
    )

    assert expected == msgspec.json.encode(a_fact())


def test_a_fact_survives_the_wire() -> None:
    """Every attribute comes back as it went out."""
    fact = a_fact(
        recordedtime=HAPPENED + timedelta(hours=1),
        acceptedtime=HAPPENED + timedelta(hours=2),
        sequence="1:42",
        correction="e-0",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        namespace="mine",
        historic=True,
        flags=("unknown_division",),
        door="ledger",
    )

    again = msgspec.json.decode(msgspec.json.encode(fact), type=Fact)

    assert msgspec.json.encode(fact) == msgspec.json.encode(again)
    assert again.specversion == "1.0"
    assert bytes(again.data) == b'{"hazard_id":"H-1"}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"1.0"', b'"2.0"', id="another version of CloudEvents"),
        pytest.param(b"00:00Z", b"00:00", id="a time without offset"),
        pytest.param(b'"id":"e-1",', b"", id="no id"),
    ],
)
def test_decoding_refuses_what_is_no_fact(old: bytes, new: bytes) -> None:
    """A reader never takes a naive time, another envelope or an event without id."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(a_fact()).replace(old, new), type=Fact)


def test_an_attribute_of_a_newer_writer_is_no_error() -> None:
    """Readers leave alone what they do not know."""
    newer = msgspec.json.encode(a_fact()).replace(b'"id":', b'"shade":"blue","id":')

    assert msgspec.json.decode(newer, type=Fact).id == "e-1"


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        pytest.param({}, 0, id="nothing else: when it happened"),
        pytest.param({"recordedtime": HAPPENED + timedelta(hours=1)}, 1, id="in a simulation: when it was recorded"),
        pytest.param(
            {"recordedtime": HAPPENED + timedelta(hours=1), "acceptedtime": HAPPENED + timedelta(hours=2)},
            2,
            id="live: when it was accepted",
        ),
    ],
)
def test_when_a_fact_was_known(changes: dict[str, datetime], hours: int) -> None:
    """The accepted time counts, else the recorded one, else the time itself."""
    assert HAPPENED + timedelta(hours=hours) == a_fact(**changes).known_at


@pytest.mark.parametrize(
    ("after", "late"),
    [
        pytest.param(timedelta(0), False, id="at once"),
        pytest.param(timedelta(hours=24), False, id="24 hours after"),
        pytest.param(timedelta(hours=24, microseconds=1), True, id="more than 24 hours after"),
    ],
)
def test_late_means_recorded_more_than_a_day_after(after: timedelta, *, late: bool) -> None:
    """24 hours to the instant are in time."""
    assert late == a_fact(recordedtime=HAPPENED + after).late


def test_recorded_at_once_unless_said_otherwise() -> None:
    """Without a recorded time a fact is not late."""
    assert a_fact().recorded == HAPPENED
    assert not a_fact().late
