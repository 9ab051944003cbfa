"""Topics are created as the table says, and an existing one is never changed."""

from collections.abc import Iterable, Sequence

import pytest

from deploy import topics
from runtime.broker import NewTopic


class MemoryCluster:
    """Keeps what was created, as a cluster would."""

    def __init__(self, existing: dict[str, int] | None = None) -> None:
        self.existing = dict(existing or {})
        self.created: list[NewTopic] = []

    def partitions(self, names: Sequence[str]) -> dict[str, int]:
        return {name: count for name, count in self.existing.items() if name in names}

    def create_topics(self, topics: Iterable[NewTopic]) -> list[str]:
        new = list(topics)
        self.created += new
        self.existing |= {topic.name: topic.partitions for topic in new}
        return [topic.name for topic in new]


def test_inner_topics_have_64_slots_and_are_kept() -> None:
    """A fact is never deleted by the broker; what upstream sends is kept for 180 days."""
    cluster = MemoryCluster()

    topics.create(cluster)

    made = {topic.name: (topic.partitions, topic.settings["retention.ms"]) for topic in cluster.created}
    assert made == {
        "inspection.bihuan": (1, str(180 * 86_400_000)),
        "hazard.facts": (64, "-1"),
        "escalation.facts": (64, "-1"),
        "notice.facts": (64, "-1"),
        "audit.anchors": (1, "-1"),
    }


def test_a_second_run_creates_nothing() -> None:
    """Only what is missing is created."""
    cluster = MemoryCluster({"hazard.facts": 64})

    assert "hazard.facts" not in topics.create(cluster)
    assert topics.create(cluster) == []


def test_a_topic_with_other_slots_stops_the_start() -> None:
    """A committee's facts would lie in two places; nothing else is created either."""
    cluster = MemoryCluster({"hazard.facts": 12})

    with pytest.raises(topics.TopicsDiffer, match="has 12 slots, not 64"):
        topics.create(cluster)
    assert cluster.created == []
