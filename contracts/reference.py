"""Write the reference of events and the glossary from the models, so that the pages cannot drift from the code."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from contracts.events.table import EVENT_TYPES, EventType, Sender
from contracts.glossary import ENTRIES, LISTS
from contracts.moments import DAY_OR_INSTANT_PATTERN
from contracts.schema import INNER_ATTRIBUTES, data_schema, envelope_schema
from contracts.topics import TOPICS
from contracts.vocabulary import Term

_MADE_BY: Final = (
    "<!-- Written by `python -m contracts.generate`; a test compares. Change the models, not this page. -->"
)

_SENDERS: Final = {
    Sender.UPSTREAM: ("上游系统 Upstream systems", "Any registered source may send these, by every door."),
    Sender.PEOPLE: (
        "人员操作 What people do",
        "Written by our own services from `/bihuan/people`; no other source may.",
    ),
    Sender.OURSELVES: ("内部事实 What the services say", "Only on the inner topics."),
}


def events_page(examples: Mapping[str, Mapping[str, Any]]) -> str:
    """Return docs/events.md: every type with its fields and an example."""
    return "\n".join((*_opening(), *(line for sender in Sender for line in _chapter(sender, examples)))).rstrip() + "\n"


def glossary_page() -> str:
    """Return docs/glossary.md: the words of the field and every list of words, Chinese first."""
    lines = [
        "# 术语表 Glossary",
        "",
        _MADE_BY,
        "",
        "One English word for each Chinese one, the same in code, topic, column and page.",
        'There is no settled English for 挂牌督办: we say "listed supervision".',
        "",
        *_table(("中文", "term", "do not say"), ENTRIES),
        "",
        "## 词表 Lists of words",
        "",
        "What travels is the word in code; people read the Chinese.",
        "",
        *(line for words in LISTS for line in _list_of(words)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _opening() -> tuple[str, ...]:
    return (
        "# 事件 Events",
        "",
        _MADE_BY,
        "",
        "Every event is a CloudEvent 1.0.",
        "`id` and `source` together are the idempotency key: the same pair with the same body is a duplicate, with",
        "another body a conflict.",
        "Words that decide (`level`, `liability`, `granted`, `passed`, the type) are refused when unknown; words that",
        "grow (`category`, `found_by`, `kind`, `sector`) are kept as sent and flagged.",
        "An optional field may be left out, null, or (a text) empty: all three mean absent.",
        "Fields that a type does not know are kept and not looked at; the published schemas in `contracts/schemas/` are",
        "closed, so a sender can check itself.",
        "An event with `correction` replaces the data of the event it names; with empty `data` it voids that event.",
        "",
        "## 属性 Attributes",
        "",
        *_fields(envelope_schema()),
        "",
        "The inner topics add:",
        "",
        *_table(
            ("attribute", "meaning"),
            ((f"`{name}`", part["description"].replace("<", "&lt;")) for name, part in INNER_ATTRIBUTES.items()),
        ),
        "",
        "## 主题 Topics",
        "",
        *_table(
            ("topic", "中文", "key", "slots", "kept", "written by", "read by"),
            (
                (
                    f"`{topic.pattern}`",
                    topic.title,
                    topic.key,
                    topic.slots,
                    "for ever" if topic.retention_days is None else f"{topic.retention_days} days",
                    ", ".join(topic.writers),
                    ", ".join(topic.readers),
                )
                for topic in TOPICS
            ),
        ),
        "",
    )


def _chapter(sender: Sender, examples: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    title, sentence = _SENDERS[sender]
    yield from (f"## {title}", "", sentence, "")
    for row in EVENT_TYPES.values():
        if row.sender is sender:
            yield from _section(row, examples[row.name])


def _section(row: EventType, example: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### `{row.name}` {row.chinese}", "", row.sentence, "")
    schema = data_schema(row.name)
    if schema.get("properties"):
        yield from (*_fields(schema), "")
    yield from ("```json", json.dumps(example, ensure_ascii=False, indent=2), "```", "")


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of an object's fields, and one table more for each object inside it."""
    definitions, required = schema.get("definitions", {}), schema["required"]
    names = [*required, *(name for name in schema["properties"] if name not in required)]
    inner: list[tuple[str, Mapping[str, Any]]] = []
    rows = []
    for name in names:
        part = _chosen(schema["properties"][name], definitions)
        single = _chosen(part.get("items", part), definitions)
        if "properties" in single:
            inner.append((name, single))
        meaning = _meaning(schema["properties"][name])
        rows.append((f"`{name}`" + ("" if name in required else "?"), _type_of(part, definitions), meaning))
    yield from _table(("field", "type", "meaning"), rows)
    for name, part in inner:
        yield from ("", f"In `{name}`:", "", *_fields({**part, "definitions": definitions}))


def _meaning(part: Mapping[str, Any]) -> str:
    return str(part.get("description", "")).replace("<", "&lt;")


def _chosen(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a field holds when it is given: past the choice of null and past the reference."""
    if "anyOf" in part:
        growing = {"examples": part["examples"]} if "examples" in part else {}
        return {**_chosen(part["anyOf"][0], definitions), **growing}
    return definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def _type_of(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "examples" in part:
        return ("words" if "items" in part else "word") + ", such as " + ", ".join(part["examples"])
    if "items" in part:
        return "list of " + _type_of(_chosen(part["items"], definitions), definitions)
    if "enum" in part:
        return ", ".join(part["enum"])
    if part.get("pattern") == DAY_OR_INSTANT_PATTERN:
        return "date or instant"
    form = {"date": "date", "date-time": "instant"}.get(part.get("format", ""))
    return form or {"string": "text"}.get(part["type"], part["type"])


def _list_of(words: type[Term]) -> Iterator[str]:
    yield from (f"### {words.__name__}", "", str(words.__doc__), "")
    yield from (
        *_table(("中文", "word", "meaning"), ((word.chinese, f"`{word}`", word.sentence) for word in words)),
        "",
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    yield from ("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)
