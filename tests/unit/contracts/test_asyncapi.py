"""Facts about the AsyncAPI document."""

from typing import Any

from contracts.asyncapi import CARRIED, document
from contracts.events.table import EVENT_TYPES
from contracts.topics import TOPICS

DOCUMENT = document({name: {"type": name} for name in EVENT_TYPES})


def resolved(reference: dict[str, str]) -> Any:
    node: Any = DOCUMENT
    for part in reference["$ref"].removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_topic_is_a_channel() -> None:
    """Name, slots and retention stand as in the table."""
    expected = {
        (
            topic.pattern.replace("<slug>", "{slug}"),
            topic.slots,
            -1 if topic.retention_days is None else topic.retention_days * 24 * 60 * 60 * 1000,
        )
        for topic in TOPICS
    }
    kafka = [(channel["address"], channel["bindings"]["kafka"]) for channel in DOCUMENT["channels"].values()]

    assert expected == {
        (address, binding["partitions"], binding["topicConfiguration"]["retention.ms"]) for address, binding in kafka
    }


def test_every_writer_sends_and_every_reader_receives() -> None:
    """Operations are the writers and readers of the table."""
    expected = {
        (topic.pattern.replace("<slug>", "{slug}"), action, who)
        for topic in TOPICS
        for action, parties in (("send", topic.writers), ("receive", topic.readers))
        for who in parties
    }
    told = {
        (resolved(operation["channel"])["address"], operation["action"], operation["summary"].split(" ", 1)[0])
        for operation in DOCUMENT["operations"].values()
    }

    assert expected == told


def test_every_type_travels_on_a_topic() -> None:
    """No type is without a way, and each message names its schema."""
    assert set(EVENT_TYPES) == {name for names in CARRIED.values() for name in names}
    for channel in DOCUMENT["channels"].values():
        for reference in channel["messages"].values():
            message = resolved(reference)
            assert message["payload"]["schema"]["$ref"] == f"./schemas/{message['name']}.json"
