"""Facts about the generated pages."""

import pytest

from contracts.events.table import EVENT_TYPES
from contracts.glossary import ENTRIES, LISTS
from contracts.reference import events_page, glossary_page

EVENTS = events_page({name: {"type": name} for name in EVENT_TYPES})
GLOSSARY = glossary_page()


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_type_has_a_section_with_an_example(name: str) -> None:
    """The page shows what can be sent, and one that was."""
    assert f"### `{name}` {EVENT_TYPES[name].chinese}" in EVENTS
    assert f'"type": "{name}"' in EVENTS


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("| `hazard_id` | text | 隐患编号: the hazard's id at its source |", id="a field that is needed"),
        pytest.param("| `rectify_by`? | date or instant | 整改期限: a day (to its end) or an instant |", id="optional"),
        pytest.param("| `level` | general, major | 隐患等级: general 一般, major 重大 |", id="a word that decides"),
        pytest.param(
            "| `kind` | word, such as unit, area, project, place | 类别: what sort of place it is |", id="grows"
        ),
        pytest.param(
            "| `tags`? | words, such as high_risk, key_unit | 标签: what it is known for |", id="a list that grows"
        ),
        pytest.param("| `hazard_ids`? | list of text | 隐患编号: the hazards it is about |", id="a list"),
        pytest.param("| `days` | list of object | 日期: the days set |", id="a list of objects"),
        pytest.param("In `days`:", id="and what is in them"),
        pytest.param("| `planned_on` | date | 计划日期: the day |", id="a day"),
        pytest.param("| `time` | instant | 发生时间: RFC 3339 with offset; when it happened |", id="an attribute"),
    ],
)
def test_fields_are_told_by_type_and_meaning(line: str) -> None:
    """A reader sees what to write without reading a schema."""
    assert line in EVENTS.splitlines()


def test_every_word_is_in_the_glossary() -> None:
    """Chinese first, then the word in code."""
    for words in LISTS:
        assert all(f"| {word.chinese} | `{word}` | {word.sentence} |" in GLOSSARY for word in words)
    assert all(f"| {entry.chinese} | {entry.term} | {entry.avoid} |" in GLOSSARY for entry in ENTRIES)
