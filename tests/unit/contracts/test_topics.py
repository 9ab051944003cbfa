"""Facts about the topic table."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.topics import INNER_TOPICS, SLOTS, TOPICS, Topic, inspection_topic, slot_of

SERVICES = {path.name for path in (Path(__file__).parents[3] / "services").iterdir() if (path / "__init__.py").exists()}


@pytest.mark.parametrize(
    ("committee", "slot"),
    [("330300", 1), ("330400", 4), ("331081", 35), ("371000", 61), ("331100", 10), ("", 0)],
)
def test_slots_never_move(committee: str, slot: int) -> None:
    """The slot of a committee is the same in every release: its log lies there."""
    assert slot == slot_of(committee)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{6,12}", fullmatch=True))
def test_every_committee_has_a_slot(committee: str) -> None:
    """Any division code lies in one of the 64 slots."""
    assert slot_of(committee) in range(SLOTS)


def test_inner_topics_have_64_slots_and_keep_everything() -> None:
    """Inner facts are rows as well, and are never dropped."""
    assert [topic.pattern for topic in INNER_TOPICS] == ["hazard.facts", "escalation.facts", "notice.facts"]
    assert {(topic.slots, topic.retention_days) for topic in INNER_TOPICS} == {(64, None)}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.pattern)
def test_every_topic_has_writers_and_readers_that_exist(topic: Topic) -> None:
    """A topic without writer or reader is no topic; whoever is named is a service or an upstream system."""
    assert topic.writers
    assert topic.readers
    assert set(topic.writers) <= SERVICES | {"upstream"}
    assert set(topic.readers) <= SERVICES


def test_one_writer_for_each_inner_topic() -> None:
    """Order within a slot needs a single writer."""
    assert all(len(topic.writers) == 1 for topic in INNER_TOPICS)


@pytest.mark.parametrize("slug", ["a", "mine", "city-30", "a" * 40])
def test_a_source_has_its_own_topic(slug: str) -> None:
    """A slug names exactly one topic."""
    assert f"inspection.{slug}" == inspection_topic(slug)


@pytest.mark.parametrize("slug", ["", "A", "a.b", "-a", "a-", "a_b", "矿", "a" * 41, "a\n"])
def test_a_slug_that_would_not_make_a_topic_is_refused(slug: str) -> None:
    """Dots, capitals and other letters are refused with the rule."""
    with pytest.raises(ValueError, match="lower-case letters and digits"):
        inspection_topic(slug)
