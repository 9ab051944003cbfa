"""Facts about the context attributes of an event."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.envelope import Envelope

PLAIN: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/examples/upstream",
    "type": "hazard.closed.v1",
    "time": "2023-05-08T09:00:00+08:00",
    "tenant": "331081003",
    "data": {"hazard_id": "H-1"},
}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="what is required"),
        pytest.param({"datacontenttype": "application/json; charset=utf-8"}, id="JSON with a charset"),
        pytest.param({"datacontenttype": "application/vnd.city+json"}, id="a kind of JSON"),
        pytest.param({"datacontenttype": None, "correction": None, "recordedtime": None}, id="null means absent"),
        pytest.param({"subject": "H-1", "dataschema": "urn:x", "partitionkey": 7}, id="attributes we do not use"),
        pytest.param({"source": "urn:监管平台:1"}, id="a source with Chinese letters"),
    ],
)
def test_what_is_accepted(more: dict[str, Any]) -> None:
    """CloudEvents 1.0 as the field writes them pass."""
    assert Envelope.model_validate(PLAIN | more).id == "e-1"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"specversion": "0.3"}, id="an older CloudEvents"),
        pytest.param({"id": ""}, id="an empty id"),
        pytest.param({"source": "/a b"}, id="a source with a space"),
        pytest.param({"source": ""}, id="no source"),
        pytest.param({"type": "HazardClosed"}, id="a type without version"),
        pytest.param({"type": "hazard.closed.v0"}, id="version 0"),
        pytest.param({"time": "2023-05-08T09:00:00"}, id="a time without offset"),
        pytest.param({"recordedtime": "yesterday"}, id="a recorded time in words"),
        pytest.param({"tenant": "温岭市"}, id="a tenant by name"),
        pytest.param({"datacontenttype": "application/xml"}, id="XML"),
        pytest.param({"data": "{}"}, id="data in quotes"),
    ],
)
def test_what_is_refused(changes: dict[str, Any]) -> None:
    """An envelope that could be misread does not pass."""
    with pytest.raises(ValidationError):
        Envelope.model_validate(PLAIN | changes)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(TRACE, TRACE), ("00-xyz", None), (7, None), (None, None)],
)
def test_a_broken_trace_never_costs_the_event(sent: object, kept: str | None) -> None:
    """As the W3C says, what cannot be read starts anew."""
    assert kept == Envelope.model_validate(PLAIN | {"traceparent": sent}).traceparent
