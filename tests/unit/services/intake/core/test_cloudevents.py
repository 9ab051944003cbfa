"""Binary mode, structured mode and bare JSON become one form."""

import json

from services.intake.core.cloudevents import assemble
from services.intake.core.guard import Refusal
from services.intake.core.reasons import Reason

EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/a",
    "type": "hazard.closed.v1",
    "time": "2023-05-08T09:00:00+08:00",
    "tenant": "331081",
    "datacontenttype": "application/json",
    "data": {"hazard_id": "H-1"},
}
BODY = json.dumps(EVENT).encode()
BINARY = [
    ("content-type", b"application/json"),
    *((f"ce_{name}", str(value).encode()) for name, value in EVENT.items() if name not in ("data", "datacontenttype")),
]


def test_all_three_modes_give_the_same_form() -> None:
    """What is judged does not depend on how it was written."""
    assert assemble(BODY) == EVENT
    assert assemble(BODY, [("content-type", b"application/cloudevents+json; charset=UTF-8")]) == EVENT
    assert assemble(json.dumps(EVENT["data"]).encode(), BINARY) == EVENT


def test_headers_that_are_not_of_cloudevents_say_nothing() -> None:
    """A tracing header or a framework's type header does not make a record binary."""
    assert assemble(BODY, [("traceparent", b"\xff"), ("__TypeId__", b"x"), ("content-type", b"text/plain")]) == EVENT


def test_header_names_are_read_without_regard_to_case() -> None:
    """Some clients capitalise."""
    binary = [(name.upper(), value) for name, value in BINARY]

    assert assemble(b'{"hazard_id":"H-1"}', binary) == EVENT


def test_broken_headers_are_refused_by_name() -> None:
    """An attribute that is no text, or that stands twice, decides nothing."""
    assert assemble(b"{}", [("ce_id", b"\xff")]) == Refusal(Reason.NOT_UTF8, "header ce_id")
    assert assemble(b"{}", [("ce_id", b"1"), ("ce_id", b"2")]) == Refusal(Reason.DUPLICATE_KEY, "header ce_id")


def test_a_record_without_a_value_is_empty() -> None:
    """A tombstone says nothing, in any mode."""
    assert assemble(None) == Refusal(Reason.EMPTY)
    assert assemble(None, BINARY) == Refusal(Reason.EMPTY)


def test_a_batch_is_no_single_record() -> None:
    """The Kafka binding has no batch."""
    answer = assemble(b"[]", [("content-type", b"application/cloudevents-batch+json")])

    assert answer == Refusal(Reason.UNSUPPORTED_CONTENT, "a batch in one record")
