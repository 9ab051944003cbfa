"""Create the topics of the table in contracts.topics on any cluster, and say when one is not as it has to be."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contracts.topics import INNER_TOPICS, PEOPLE_FACTS, TOPICS, Topic

MILLISECONDS_A_DAY = 86_400_000
FOR_EVER = -1


class TopicsDiffer(Exception):
    """A topic exists with another number of slots; a committee's facts would lie in two places."""


@contextmanager
def admin(brokers: str) -> Iterator[Any]:
    """Open an administrator of the cluster at `host:port,...`; security as in the environment `BIHUAN_KAFKA_*`."""
    from kafka import KafkaAdminClient

    client = KafkaAdminClient(bootstrap_servers=brokers.split(","), client_id="bihuan-topics", **_security())
    try:
        yield client
    finally:
        client.close()


def wanted() -> dict[str, Topic]:
    """Return the topics every installation has; those of registered sources are made with their registration."""
    people = next(topic for topic in TOPICS if topic.pattern == PEOPLE_FACTS)
    return {topic.pattern: topic for topic in (people, *INNER_TOPICS)}


def settings_of(topic: Topic) -> dict[str, str]:
    """Return the broker's settings of one topic."""
    days = topic.retention_days
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(FOR_EVER if days is None else days * MILLISECONDS_A_DAY),
        "retention.bytes": str(FOR_EVER),
        "unclean.leader.election.enable": "false",
    }


def create(admin: Any, *, replicas: int = -1, say: Callable[[str], None] | None = None) -> list[str]:
    """Create what is missing and return the names; `admin` is a KafkaAdminClient, -1 replicas the cluster's default.

    Raises TopicsDiffer when an existing topic has another number of slots: it is never changed.
    """
    topics = wanted()
    existing = set(admin.list_topics())
    _check_slots(admin, {name: topic for name, topic in topics.items() if name in existing})
    missing = {name: topic for name, topic in topics.items() if name not in existing}
    if missing:
        admin.create_topics(
            {
                name: {
                    "num_partitions": topic.slots,
                    "replication_factor": replicas,
                    "configs": settings_of(topic),
                }
                for name, topic in missing.items()
            },
            wait_for_metadata=True,
        )
    for name in missing:
        if say:
            say(f"created {name} with {topics[name].slots} slots")
    return list(missing)


def _security() -> dict[str, str]:
    """Return the client's security settings for a customer's cluster."""
    told = {
        "security_protocol": "BIHUAN_KAFKA_SECURITY_PROTOCOL",
        "sasl_mechanism": "BIHUAN_KAFKA_SASL_MECHANISM",
        "sasl_plain_username": "BIHUAN_KAFKA_SASL_USERNAME",
        "sasl_plain_password": "BIHUAN_KAFKA_SASL_PASSWORD",
        "ssl_cafile": "BIHUAN_KAFKA_CA_FILE",
    }
    return {name: os.environ[variable] for name, variable in told.items() if os.environ.get(variable)}


def _check_slots(admin: Any, topics: dict[str, Topic]) -> None:
    if not topics:
        return
    found = {row["name"]: len(row["partitions"]) for row in admin.describe_topics(list(topics))}
    wrong = [f"{name} has {found[name]} slots, not {topic.slots}" for name, topic in topics.items()
             if found[name] != topic.slots]  # fmt: skip
    if wrong:
        raise TopicsDiffer("; ".join(wrong))
