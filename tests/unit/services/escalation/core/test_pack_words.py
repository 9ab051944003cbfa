"""Every key and word of a pack has a Chinese word."""

from typing import Any

from services.escalation.core.pack_words import KEYS, VALUES
from services.escalation.core.published import pack_schema


def words_of(node: Any) -> tuple[set[str], set[str]]:
    """The keys and the closed words of a schema."""
    keys: set[str] = set()
    values: set[str] = set()
    if isinstance(node, dict):
        keys |= set(node.get("properties", {}))
        values |= {word for word in (*node.get("enum", ()), node.get("const")) if word}
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for part in parts:
        found = words_of(part)
        keys |= found[0]
        values |= found[1]
    return keys, values


def test_every_key_has_a_word() -> None:
    """So that a difference is told without a word of YAML."""
    assert words_of(pack_schema())[0] - set(KEYS) == set()


def test_every_closed_word_has_a_word() -> None:
    """Levels, measures, addressees, kinds of schedule and grades."""
    assert words_of(pack_schema())[1] - set(VALUES) == set()
