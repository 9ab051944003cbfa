"""Say which principal may do what on the brokers: worked out from the topic table, so that it cannot lag behind it.

Only workers speak to Kafka; an API process has no principal at all. An upstream system has one of its own that may write
to one topic, and intake takes on that topic only the `source` values that are registered for it.
"""

from collections.abc import Collection, Iterable
from typing import Final

from contracts.topics import INSPECTION_PREFIX, PEOPLE_FACTS, TOPICS, inspection_topic
from runtime.broker import Acl

SERVICES: Final = ("intake", "escalation", "notify", "reporting")
GROUPS: Final = {
    "intake": "intake-",  # the hash of its topics stands behind it
    "escalation": "bihuan-escalation",
    "notify": "notify",
    "reporting": "bihuan-reporting",
}
"""By which name each worker's consumer group begins."""

OPERATOR: Final = "bihuan-operator"
"""Who runs `bihuan topics`, `sources`, `policy activate`, `positions` and `doctor`."""

ANY_SLUG: Final = INSPECTION_PREFIX + "<slug>"


def principal_of(service: str) -> str:
    """The name by which the worker of a service comes to the brokers."""
    return f"bihuan-{service}"


def upstream(slug: str) -> str:
    """The name by which a registered upstream system comes to the brokers."""
    return f"upstream-{slug}"


def wanted(slugs: Iterable[str] = ()) -> list[Acl]:
    """Every right that an installation with these sources needs, and none beside; in the order of principals."""
    found = {*_of_services(), *_of_operator()}
    found |= {_on_topic(upstream(slug), "write", inspection_topic(slug)) for slug in slugs}
    return sorted(found)


def missing(there: Collection[Acl], slugs: Iterable[str] = ()) -> list[Acl]:
    """What has to be added to what is there."""
    return [acl for acl in wanted(slugs) if acl not in there]


def beyond(there: Iterable[Acl], slugs: Iterable[str] = ()) -> list[Acl]:
    """Rights on our topics and groups that nobody of ours needs: a source that left, or somebody who helped himself."""
    known = set(wanted(slugs))
    return sorted(acl for acl in there if acl not in known and _is_ours(acl))


def commands(acls: Iterable[Acl]) -> list[str]:
    """The same as calls of Kafka's own tool, for whoever keeps the cluster."""
    return [
        f"kafka-acls.sh --bootstrap-server BROKER --command-config ADMIN.properties --add --allow-principal User:{acl.principal}"
        f" --operation {acl.operation} --{acl.resource} {acl.name if acl.resource != 'cluster' else ''}".rstrip()
        + (" --resource-pattern-type prefixed" if acl.prefixed else "")
        for acl in acls
    ]


def _of_services() -> Iterable[Acl]:
    for topic in TOPICS:
        prefixed = topic.pattern == ANY_SLUG
        name = INSPECTION_PREFIX if prefixed else topic.pattern
        for operation, services in (("read", topic.readers), ("write", topic.writers)):
            yield from (
                Acl(principal_of(service), operation, "topic", name, prefixed=prefixed)
                for service in services
                if service in SERVICES
            )
    for service, group in GROUPS.items():
        yield Acl(principal_of(service), "read", "group", group, prefixed=service == "intake")


def _of_operator() -> Iterable[Acl]:
    yield Acl(OPERATOR, "create", "cluster", "kafka-cluster")
    yield Acl(OPERATOR, "read", "topic", INSPECTION_PREFIX, prefixed=True)
    yield from (_on_topic(OPERATOR, "read", topic.pattern) for topic in TOPICS if topic.pattern != ANY_SLUG)
    yield _on_topic(OPERATOR, "write", PEOPLE_FACTS)


def _on_topic(principal: str, operation: str, name: str) -> Acl:
    return Acl(principal, operation, "topic", name)


def _is_ours(acl: Acl) -> bool:
    if acl.resource == "topic":
        return acl.name.startswith(INSPECTION_PREFIX) or acl.name in {topic.pattern for topic in TOPICS}
    return acl.resource == "group" and acl.name in GROUPS.values()
