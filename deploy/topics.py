"""Create the topics of the table in contracts.topics on any cluster, and say when one is not as it has to be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from contracts.topics import AUDIT_ANCHORS, INNER_TOPICS, PEOPLE_FACTS, TOPICS, Topic
from runtime.broker import NewTopic

MILLISECONDS_A_DAY = 86_400_000
FOR_EVER = -1
CLUSTER_DEFAULT = -1


class TopicsDiffer(Exception):
    """A topic exists with another number of slots; a committee's facts would lie in two places."""


class Cluster(Protocol):
    """What is asked of the brokers; runtime.broker.Admin does it."""

    def partitions(self, names: Sequence[str]) -> dict[str, int]:
        """Return the number of slots of each topic that exists."""
        ...

    def create_topics(self, topics: Iterable[NewTopic]) -> list[str]:
        """Create those that do not exist and return the new names."""
        ...


def wanted() -> tuple[Topic, ...]:
    """Return the topics every installation has; those of registered sources are made with their registration."""
    single = (topic for topic in TOPICS if topic.pattern in {PEOPLE_FACTS, AUDIT_ANCHORS})
    return (*single, *INNER_TOPICS)


def create(cluster: Cluster, *, replicas: int = CLUSTER_DEFAULT, say: Callable[[str], None] | None = None) -> list[str]:
    """Create what is missing and return the names.

    Raises TopicsDiffer when an existing topic has another number of slots: it is never changed.
    """
    topics = wanted()
    existing = cluster.partitions([topic.pattern for topic in topics])
    _check_slots(topics, existing)
    missing = [topic for topic in topics if topic.pattern not in existing]
    created = cluster.create_topics([_new(topic, replicas) for topic in missing])
    for topic in missing:
        if say:
            say(f"created {topic.pattern} with {topic.slots} slots")
    return created


def _new(topic: Topic, replicas: int) -> NewTopic:
    days = topic.retention_days
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": str(FOR_EVER if days is None else days * MILLISECONDS_A_DAY),
        "retention.bytes": str(FOR_EVER),
        "unclean.leader.election.enable": "false",
    }
    return NewTopic(name=topic.pattern, partitions=topic.slots, replication=replicas, settings=settings)


def _check_slots(topics: Sequence[Topic], existing: Mapping[str, int]) -> None:
    wrong = [
        f"{topic.pattern} has {existing[topic.pattern]} slots, not {topic.slots}"
        for topic in topics
        if existing.get(topic.pattern, topic.slots) != topic.slots
    ]
    if wrong:
        raise TopicsDiffer("; ".join(wrong))
