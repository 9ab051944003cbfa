"""No template of any service holds what the policy of pages forbids, or switches an escape off."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
TEMPLATES = sorted(path for room in ("runtime", "services") for path in (ROOT / room).rglob("templates/**/*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"<style|\sstyle\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an event attribute": re.compile(r"\son[a-z]+\s*="),
    "an address elsewhere": re.compile(r"""(src|href|action)\s*=\s*["'](https?:)?//"""),
    "a script address": re.compile(r"javascript:"),
    "an escape switched off": re.compile(r"\|\s*safe\b|autoescape|Markup"),
    "a handler of htmx": re.compile(r"hx-on\b|hx-on:|data-hx-on|hx-vars"),
    "a filter of a trigger": re.compile(r"""hx-trigger\s*=\s*["'][^"']*\["""),
    "code in a value": re.compile(r"\bjs:"),
}
HARMFUL = {
    "an inline style": '<p style="color:red">',
    "an inline script": "<script>run()</script>",
    "an event attribute": '<a onclick="run()">',
    "an address elsewhere": '<img src="//cdn.example/x.png">',
    "a script address": '<a href="javascript:run()">',
    "an escape switched off": "{{ text|safe }}",
    "a handler of htmx": '<a hx-on:click="run()">',
    "a filter of a trigger": '<a hx-get="/" hx-trigger="click[ctrlKey]">',
    "code in a value": """<a hx-vals='js:{x: run()}'>""",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_nothing_that_the_policy_forbids(what: str) -> None:
    """No inline style or script, no handler, no code in an attribute, nothing from elsewhere."""
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if FORBIDDEN[what].search(path.read_text("utf-8"))]

    assert [] == found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_watch_sees_what_it_watches_for(what: str) -> None:
    """Each rule finds its own example."""
    assert FORBIDDEN[what].search(HARMFUL[what])


def test_every_page_stands_in_the_frame() -> None:
    """A template is a page in the frame, or a part (its name begins with an underscore)."""
    pages = [path for path in TEMPLATES if not path.name.startswith("_") and path.name != "base.html"]
    bare = [path.name for path in pages if not path.read_text("utf-8").startswith('{% extends "base.html" %}')]

    assert [] == bare
    assert len(pages) > 4
