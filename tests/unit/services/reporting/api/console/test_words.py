"""Pages say hazards in their words: escaped, redacted, with addresses that hold any id."""

import jinja2
import msgspec
import pytest
from starlette.requests import Request

from contracts.divisions import Divisions
from runtime.pages import Frame
from runtime.testing import ManualClock
from services.reporting.api.console.words import dress, path_of
from tests.telephones import CARRIER
from tests.unit.services.reporting.core.test_rows import row
from tests.unit.services.reporting.facts import at

REQUEST = Request({"type": "http", "path": "/hazards/x", "query_string": b"", "headers": [], "server": ("x", 1)})


@pytest.fixture
def frame() -> Frame:
    clock = ManualClock(at("2023-06-01 00:00"))
    made = Frame(package="services.reporting.api", service="reporting", pages=(), addresses={}, clock=clock)
    return dress(made, Divisions([]))


def test_what_is_shown_is_escaped_and_redacted(frame: Frame) -> None:
    """Hostile text stands on the page as text, telephone numbers are masked."""
    hostile = msgspec.structs.replace(row(), description="{{7*7}}<script>alert(1)</script> " + CARRIER)

    html = bytes(frame.page(REQUEST, "namesakes.html", as_of=None, rows=[hostile], hazard_id="<b>").body).decode()

    assert "{{7*7}}&lt;script&gt;alert(1)&lt;/script&gt; 138****8000" in html
    assert "<script>alert" not in html
    assert "编号 &lt;b&gt;" in html


def test_a_name_that_nobody_gave_is_a_defect(frame: Frame) -> None:
    """An empty place would look like a number that is missing."""
    with pytest.raises(jinja2.UndefinedError):
        frame.page(REQUEST, "namesakes.html", as_of=None, rows=[])


def test_an_address_holds_any_id() -> None:
    """A slash or a question mark in an id leads nowhere else."""
    strange = msgspec.structs.replace(row(), hazard_id="隐患/1 ?#")

    assert "/hazards/331081:test:%E9%9A%90%E6%82%A3%2F1%20%3F%23" == path_of(strange)
