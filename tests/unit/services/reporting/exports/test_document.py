"""The JSON of a form has its figures with what they count."""

import json

from services.reporting.exports.document import stream
from tests.unit.services.reporting.exports.forms import HOSTILE, form


def test_the_document_is_whole() -> None:
    """Rows in pieces make one document."""
    document = json.loads(b"".join(stream(form())))

    assert "2020-04-02T18:00:00+08:00" == document["as_of"]
    assert len(HOSTILE) == len(document["sheets"][0]["rows"])
    assert {"value": 1, "of": ["330400:test:H-1"]} == document["sheets"][0]["rows"][0][1]


def test_an_empty_table_is_an_empty_list() -> None:
    """No rows, no comma too many."""
    assert [] == json.loads(b"".join(stream(form(rows=()))))["sheets"][0]["rows"]
