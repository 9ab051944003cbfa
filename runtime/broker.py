"""Reach Kafka: admin, plain producer and consumer (kafka-python) and the relay's producer (aiokafka), no default left open."""

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import aiokafka
import kafka
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import KafkaError, TopicAlreadyExistsError

from runtime import reaching
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings

MAX_REQUEST = 1 << 20  # bytes: what the broker takes by default, and more than any fact of ours
REQUEST_MS = 20_000
TOPIC_MS = 60_000  # a new topic is accepted at once and has its leaders later, on a busy machine much later
DELIVERY_MS = 60_000
METADATA_MS = 60_000
IDLE_MS = 540_000  # below the broker's own limit of ten minutes
BOOTSTRAP_MS = 10_000
PLAIN = "PLAINTEXT"
FORBIDDEN_TOPIC = 29  # TOPIC_AUTHORIZATION_FAILED
USER = "User:"

Partition: TypeAlias = kafka.TopicPartition
NotAcknowledged: TypeAlias = KafkaError
"""What a delivery report raises where the brokers did not take a record, or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTopic:
    """A topic to create; `settings` are Kafka's own topic settings such as `retention.ms`."""

    name: str
    partitions: int
    replication: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """A right on the brokers: from any host, allowed. `name` begins the resource's name where it is `prefixed`."""

    principal: str
    operation: str
    resource: str
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        return f"{self.principal} {self.operation} {self.resource} {self.name}{'*' if self.prefixed else ''}"


def ssl_context(settings: ProcessSettings) -> ssl.SSLContext | None:
    """The TLS context of an encrypted connection, None for a plain one."""
    if "SSL" not in settings.kafka_security_protocol:
        return None
    try:
        return reaching.trusting(settings.kafka_ca_file, "BIHUAN_KAFKA_CA_FILE")
    except OSError as error:
        raise Unavailable(str(error)) from error


def connection(settings: ProcessSettings) -> dict[str, Any]:
    """What every client of either library needs to reach the broker."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_brokers.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": ssl_context(settings),
        "metadata_max_age_ms": METADATA_MS,
        "connections_max_idle_ms": IDLE_MS,
        "request_timeout_ms": REQUEST_MS,
        "retry_backoff_ms": 100,
    }
    if settings.kafka_security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": settings.kafka_sasl_password.get_secret_value(),
        }
    return options


def relay_producer(settings: ProcessSettings, *, client_id: str) -> aiokafka.AIOKafkaProducer:
    """The producer of the relay: idempotent, all in-sync replicas; made and started inside the running loop."""
    return aiokafka.AIOKafkaProducer(
        **connection(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        transactional_id=None,
        linger_ms=5,
        max_batch_size=1 << 19,
        max_request_size=MAX_REQUEST,
        compression_type=None,
    )


def producer(settings: ProcessSettings, *, client_id: str) -> kafka.KafkaProducer:
    """A plain synchronous producer with the same promises, for commands and tests; raises `Unavailable`."""
    with _reaching(settings):
        return kafka.KafkaProducer(
            **connection(settings),
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            retries=2**31 - 1,
            max_in_flight_requests_per_connection=5,
            delivery_timeout_ms=DELIVERY_MS,
            linger_ms=5,
            batch_size=1 << 17,
            max_request_size=MAX_REQUEST,
            compression_type=None,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
        )


def consumer(
    settings: ProcessSettings,
    *,
    client_id: str,
    isolation: Literal["read_committed", "read_uncommitted"] = "read_committed",
) -> kafka.KafkaConsumer:
    """A plain synchronous consumer without a group: assign partitions and seek; it never commits.

    Raises `Unavailable` where the broker does not answer.
    """
    with _reaching(settings):
        return kafka.KafkaConsumer(
            **connection(settings),
            client_id=client_id,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level=isolation,
            max_poll_records=2000,
            fetch_max_wait_ms=200,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
        )


def said(error: BaseException, settings: ProcessSettings) -> str:
    """What an error of either library means, in a sentence where it is about a password or a right."""
    return reaching.refused(error, connection(settings)) or f"the broker does not answer: {error!r}"


@contextmanager
def _reaching(settings: ProcessSettings) -> Iterator[None]:
    """A secured broker is asked first: what it refuses, waiting does not mend, and the library would not say it."""
    if settings.kafka_security_protocol != PLAIN and (why := reaching.why_not_kafka(connection(settings))):
        raise Unavailable(why)
    try:
        yield
    except KafkaError as error:
        why = reaching.why_not_kafka(connection(settings))
        raise Unavailable(why or f"the broker at {settings.kafka_brokers} does not answer: {error!r}") from error


class Admin:
    """What we ask of the broker about topics. Every method may raise `Unavailable`."""

    def __init__(self, settings: ProcessSettings, *, client_id: str) -> None:
        self._options = connection(settings)
        with _reaching(settings):
            self._client = KafkaAdminClient(**self._options, client_id=client_id, bootstrap_timeout_ms=BOOTSTRAP_MS)

    def create_topics(self, topics: Iterable[NewTopic]) -> list[str]:
        """Create those that do not exist and wait until they can be used; returns the names that are new."""
        created = []
        for topic in topics:
            wanted = {
                topic.name: {
                    "num_partitions": topic.partitions,
                    "replication_factor": topic.replication,
                    "configs": dict(topic.settings),
                }
            }
            try:
                self._client.create_topics(wanted, timeout_ms=REQUEST_MS)
                self._client.wait_for_topics([topic.name], timeout_ms=TOPIC_MS)
            except TopicAlreadyExistsError:
                continue
            except KafkaError as error:
                raise Unavailable(f"cannot create topic {topic.name}: {self._said(error)}") from error
            created.append(topic.name)
        return created

    def delete_topics(self, names: Sequence[str]) -> None:
        """Delete topics with everything in them."""
        try:
            self._client.delete_topics(list(names), timeout_ms=REQUEST_MS)
        except KafkaError as error:
            raise Unavailable(f"cannot delete topics: {self._said(error)}") from error

    def delete_records(self, before: Mapping[Partition, int]) -> None:
        """Drop what lies before an offset, as retention does."""
        try:
            self._client.delete_records(dict(before), timeout_ms=REQUEST_MS)
        except KafkaError as error:
            raise Unavailable(f"cannot delete records: {self._said(error)}") from error

    def forbidden(self, names: Sequence[str]) -> list[str]:
        """Those topics to which we have no right at all; one that does not exist is left out."""
        try:
            described = self._client.describe_topics(list(names))
        except KafkaError as error:
            raise Unavailable(f"the broker does not describe topics: {self._said(error)}") from error
        return sorted(topic["name"] for topic in described if topic["error_code"] == FORBIDDEN_TOPIC)

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:
        """The broker's id of each topic; a topic that does not exist is left out."""
        return {topic["name"]: str(topic["topic_id"]) for topic in self._described(names)}

    def partitions(self, names: Sequence[str]) -> dict[str, int]:
        """The number of partitions of each topic; a topic that does not exist is left out."""
        return {topic["name"]: len(topic["partitions"]) for topic in self._described(names)}

    def health(self, names: Sequence[str]) -> dict[str, tuple[int, int, int]]:
        """(partitions, replicas, fewest replicas in sync) of each topic; one that does not exist is left out."""
        return {
            topic["name"]: (
                len(topic["partitions"]),
                max(len(part["replica_nodes"]) for part in topic["partitions"]),
                min(len(part["isr_nodes"]) for part in topic["partitions"]),
            )
            for topic in self._described(names)
        }

    def unassigned(self, group: str, topics: Sequence[str]) -> list[Partition]:
        """Partitions of these topics that no member of the group has, though the group is at rest.

        A static member that comes back is given what it had before, so partitions that appeared meanwhile stay
        without a reader until somebody asks the group to share them out again.
        """
        try:
            described = self._client.describe_groups([group])[group]
        except KafkaError as error:
            raise Unavailable(f"the broker does not describe group {group}: {self._said(error)}") from error
        if described.get("group_state") != "Stable":
            return []
        taken = {
            Partition(part["topic"], number)
            for member in described["members"]
            for part in (member["member_assignment"] or {}).get("assigned_partitions", ())
            for number in part["partitions"]
        }
        wanted = [Partition(topic, n) for topic, count in self.partitions(topics).items() for n in range(count)]
        return [partition for partition in wanted if partition not in taken]

    def acls(self) -> set[Acl]:
        """Every right that somebody has by name, on any resource."""
        anything = ACLFilter(
            principal=None,
            host=None,
            operation=ACLOperation.ANY,
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
        )
        try:
            found, _ = self._client.describe_acls(anything)
        except KafkaError as error:
            raise Unavailable(f"the broker does not tell its rights: {self._said(error)}") from error
        return {
            Acl(
                each.principal.removeprefix(USER),
                each.operation.name.lower(),
                each.resource_pattern.resource_type.name.lower(),
                each.resource_pattern.resource_name,
                prefixed=each.resource_pattern.pattern_type == ACLResourcePatternType.PREFIXED,
            )
            for each in found
        }

    def add_acls(self, acls: Iterable[Acl]) -> None:
        """Give rights; those that are there already stay."""
        given = [
            ACL(
                principal=USER + each.principal,
                host="*",
                operation=ACLOperation[each.operation.upper()],
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(
                    ResourceType[each.resource.upper()],
                    each.name,
                    ACLResourcePatternType.PREFIXED if each.prefixed else ACLResourcePatternType.LITERAL,
                ),
            )
            for each in acls
        ]
        try:
            failed = self._client.create_acls(given)["failed"] if given else []
        except KafkaError as error:
            raise Unavailable(f"the broker gives no rights: {self._said(error)}") from error
        if failed:
            raise Unavailable(f"the broker gives no rights: {self._said(failed[0]())}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _said(self, error: KafkaError) -> str:
        return reaching.refused(error, self._options) or repr(error)

    def _described(self, names: Sequence[str]) -> list[dict[str, Any]]:
        try:
            described = self._client.describe_topics(list(names))
        except KafkaError as error:
            raise Unavailable(f"the broker does not describe topics: {self._said(error)}") from error
        return [topic for topic in described if topic["error_code"] == 0]


def ranges(reader: kafka.KafkaConsumer, partitions: Iterable[Partition]) -> dict[Partition, tuple[int, int]]:
    """(first offset, end offset) of each partition; raises `Unavailable`."""
    wanted = list(partitions)
    try:
        first, end = reader.beginning_offsets(wanted), reader.end_offsets(wanted)
    except KafkaError as error:
        raise Unavailable(f"the broker does not tell the range of the log: {error!r}") from error
    return {partition: (first[partition], end[partition]) for partition in wanted}
