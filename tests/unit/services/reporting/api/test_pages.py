"""Templates escape what they show, run nothing, and use nothing that the content policy forbids."""

import re
from pathlib import Path

import jinja2
import pytest

from contracts.divisions import Divisions
from services.reporting.api import console
from services.reporting.api.pages import Pages, link, number, path_of, share
from tests.unit.services.reporting.core.test_rows import row
from tests.unit.services.reporting.facts import at

FOLDER = Path(console.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"<style|\sstyle\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an event attribute": re.compile(r"\son[a-z]+\s*="),
    "an address elsewhere": re.compile(r"""(src|href|action)\s*=\s*["'](https?:)?//"""),
    "a script address": re.compile(r"javascript:"),
    "an escape switched off": re.compile(r"\|\s*safe|autoescape"),
    "a filter or handler of htmx": re.compile(r"hx-on|hx-trigger=\"[^\"]*\[|js:"),
}


@pytest.fixture
def pages() -> Pages:
    return Pages(Divisions([]))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_that_the_policy_forbids(template: Path, what: str) -> None:
    """No inline style or script, no handler, nothing from elsewhere, no escape switched off."""
    assert FORBIDDEN[what].search(template.read_text(encoding="utf-8")) is None


def test_styles_and_scripts_load_nothing_from_elsewhere() -> None:
    """Assets name no other host and no font file."""
    for name in console.ASSETS:
        text = (FOLDER / "static" / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

        assert re.search(r"https?:|url\(|@import|eval\(", text) is None


def test_the_policy_is_closed() -> None:
    """Everything is refused unless named, and nothing unsafe is named."""
    assert console.POLICY.startswith("default-src 'none';")
    assert "unsafe" not in console.POLICY


def test_what_is_shown_is_escaped_and_redacted(pages: Pages) -> None:
    """Hostile text stands on the page as text, telephone numbers are masked."""
    import msgspec

    hostile = msgspec.structs.replace(row(), description="{{7*7}}<script>alert(1)</script> 13812345678")

    html = pages.render("namesakes.html", rows=[hostile], hazard_id="<b>", now=at("2023-06-01 00:00"))

    assert "{{7*7}}&lt;script&gt;alert(1)&lt;/script&gt; 138****5678" in html
    assert "<script>alert" not in html
    assert "编号 &lt;b&gt;" in html


def test_a_name_that_nobody_gave_is_a_defect(pages: Pages) -> None:
    """An empty place would look like a number that is missing."""
    with pytest.raises(jinja2.UndefinedError):
        pages.render("namesakes.html", rows=[])


def test_numbers_and_shares_are_read_easily() -> None:
    """Thousands are set apart; nothing of nothing is a dash, never a zero."""
    assert ["12,345", "39.2%", "—"] == [number(12345), share(115, 293), share(0, 0)]


def test_addresses_hold_what_is_asked_for() -> None:
    """Empty parameters are left out; an id may hold anything."""
    import msgspec

    strange = msgspec.structs.replace(row(), hazard_id="隐患/1 ?#")

    assert ["/hazards", "/hazards?q=%E6%B6%88%E9%98%B2&overdue=1"] == [
        link("/hazards", q=""),
        link("/hazards", q="消防", level="", overdue="1"),
    ]
    assert "/hazards/331081:test:%E9%9A%90%E6%82%A3%2F1%20%3F%23" == path_of(strange)
