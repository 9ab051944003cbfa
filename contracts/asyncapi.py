"""Describe the topics, who sends and who receives on them, as an AsyncAPI document made from the tables."""

from collections.abc import Mapping
from typing import Any, Final

from contracts.audit import ANCHOR_TYPE
from contracts.decisions import DECISION_TYPE
from contracts.events.table import EVENT_TYPES, RECOUNTED_TYPE, TICK_TYPE, Sender, types_from
from contracts.letters import LETTER_TYPE
from contracts.notices import NOTICE_TYPE
from contracts.topics import (
    AUDIT_ANCHORS,
    ESCALATION_FACTS,
    HAZARD_FACTS,
    INSPECTION_PREFIX,
    NOTICE_FACTS,
    PEOPLE_FACTS,
    TOPICS,
    Topic,
)

ASYNCAPI_VERSION: Final = "3.1.0"
CONTRACT_VERSION: Final = "1.0.0"
CONTENT_TYPE: Final = "application/cloudevents+json"
KAFKA_BINDING: Final = "0.5.0"
_SCHEMA_FORMAT: Final = "application/schema+json;version=draft-07"
_DAY_MS: Final = 86_400_000

CARRIED: Final[Mapping[str, tuple[str, ...]]] = {
    INSPECTION_PREFIX + "<slug>": types_from(Sender.UPSTREAM),
    PEOPLE_FACTS: types_from(Sender.PEOPLE),
    HAZARD_FACTS: (*types_from(Sender.UPSTREAM, Sender.PEOPLE), TICK_TYPE),
    ESCALATION_FACTS: (DECISION_TYPE, RECOUNTED_TYPE),
    NOTICE_FACTS: (NOTICE_TYPE, LETTER_TYPE),
    AUDIT_ANCHORS: (ANCHOR_TYPE,),
}
"""Which types of event each topic carries."""


def document(examples: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the AsyncAPI document; `examples` holds one whole structured event per type."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Bihuan 闭环",
            "version": CONTRACT_VERSION,
            "description": "Safety hazards from report to close-out: what upstream systems send, and what the services "
            "say to each other. Every event is a CloudEvent 1.0; `docs/events.md` explains each type.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_channel_id(topic): _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(topic, action, who) for topic in TOPICS for action, who in _parties(topic)),
        "components": {"messages": {_message_id(name): _message(name, examples[name]) for name in EVENT_TYPES}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": topic.pattern.replace("<slug>", "{slug}"),
        "title": topic.title,
        "description": topic.sentence,
        "messages": {
            _message_id(name): {"$ref": f"#/components/messages/{_message_id(name)}"} for name in CARRIED[topic.pattern]
        },
        "bindings": {
            "kafka": {
                "partitions": topic.slots,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": _retention_ms(topic)},
                "bindingVersion": KAFKA_BINDING,
            },
        },
    }
    if "<slug>" in topic.pattern:
        channel["parameters"] = {"slug": {"description": "the registered source"}}
    return channel


def _operation(topic: Topic, action: str, who: str) -> tuple[str, dict[str, Any]]:
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{_channel_id(topic)}"},
        "summary": f"{who} {action}s on {topic.pattern}; key: {topic.key}",
    }
    if action == "receive":
        group = {"type": "string", "enum": [who]}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": KAFKA_BINDING}}
    return f"{who}{action.capitalize()}{_channel_id(topic)[0].upper()}{_channel_id(topic)[1:]}", operation


def _parties(topic: Topic) -> tuple[tuple[str, str], ...]:
    return (*(("send", who) for who in topic.writers), *(("receive", who) for who in topic.readers))


def _message(name: str, example: Mapping[str, Any]) -> dict[str, Any]:
    row = EVENT_TYPES[name]
    return {
        "name": name,
        "title": row.chinese,
        "summary": row.sentence,
        "contentType": CONTENT_TYPE,
        "payload": {"schemaFormat": _SCHEMA_FORMAT, "schema": {"$ref": f"./schemas/{name}.json"}},
        "examples": [{"name": "example", "payload": dict(example)}],
    }


def _retention_ms(topic: Topic) -> int:
    return -1 if topic.retention_days is None else topic.retention_days * _DAY_MS


def _channel_id(topic: Topic) -> str:
    return _camel(topic.pattern.replace("<slug>", "upstream"))


def _message_id(name: str) -> str:
    return _camel(name)


def _camel(name: str) -> str:
    first, *rest = name.replace("_", ".").split(".")
    return first + "".join(part.capitalize() for part in rest)
