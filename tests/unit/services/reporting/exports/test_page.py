"""A page shows texts as texts and loads nothing."""

import re

from services.reporting.exports.page import POLICY, STYLE_HASH, stream
from tests.unit.services.reporting.exports.forms import HOSTILE, form


def page() -> str:
    return b"".join(stream(form())).decode()


def test_every_text_is_escaped() -> None:
    """Nothing of a hazard becomes markup."""
    assert "<script>alert" not in page()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in page()


def test_nothing_is_loaded_and_no_style_but_its_own_is_allowed() -> None:
    """The policy names the very style of the page."""
    assert [] == re.findall(r"(?:src|@import|url\()", page())
    assert STYLE_HASH in POLICY
    assert ' style="' not in page()


def test_every_figure_opens_onto_what_it_counts() -> None:
    """By a link to the list below, and from there to the hazard."""
    assert f'<a href="#f1">{len(HOSTILE)}</a>' in page()
    assert '<a href="/hazards/330400:test:H-1">' in page()


def test_no_mark_of_direction_is_left() -> None:
    """U+202E would turn what a reader sees."""
    assert "\u202e" not in page()
