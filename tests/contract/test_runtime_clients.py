"""Every default of the Kafka clients that could lose or double something is set by us, and set right."""

from typing import Any

import aiokafka
import kafka
import pytest

from runtime import broker
from runtime.settings import ProcessSettings

SETTINGS = ProcessSettings.model_construct(kafka_brokers="127.0.0.1:1,127.0.0.1:2")


class Seen(Exception):
    """Carries the options a client was made with."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options


def made(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, make: Any) -> dict[str, Any]:
    """What a factory hands to the library's constructor."""

    def construct(**options: Any) -> None:
        raise Seen(**options)

    monkeypatch.setattr(module, name, construct)
    with pytest.raises(Seen) as caught:
        make()
    return caught.value.options


def test_the_relay_waits_for_every_replica_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aiokafka's own defaults are acks=1 and no idempotence."""
    options = made(monkeypatch, aiokafka, "AIOKafkaProducer", lambda: broker.relay_producer(SETTINGS, client_id="r"))

    assert (options["acks"], options["enable_idempotence"], options["transactional_id"]) == ("all", True, None)


def test_the_plain_producer_promises_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """And never makes a topic by sending to it."""
    options = made(monkeypatch, kafka, "KafkaProducer", lambda: broker.producer(SETTINGS, client_id="p"))

    assert (options["acks"], options["enable_idempotence"]) == ("all", True)
    assert options["allow_auto_create_topics"] is False


def test_the_plain_consumer_commits_nothing_and_reads_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both libraries' own defaults are auto-commit, latest and read_uncommitted."""
    options = made(monkeypatch, kafka, "KafkaConsumer", lambda: broker.consumer(SETTINGS, client_id="c"))

    assert (options["group_id"], options["enable_auto_commit"]) == (None, False)
    assert (options["auto_offset_reset"], options["isolation_level"]) == ("none", "read_committed")


def test_options_of_both_libraries_are_known_to_them() -> None:
    """A renamed option would be refused at the customer's first start."""
    import inspect

    ours = set(broker.connection(SETTINGS))
    assert ours <= set(inspect.signature(aiokafka.AIOKafkaProducer.__init__).parameters)
    assert ours <= set(kafka.KafkaProducer.DEFAULT_CONFIG)
    assert ours <= set(kafka.KafkaConsumer.DEFAULT_CONFIG)
    assert ours <= set(kafka.KafkaAdminClient.DEFAULT_CONFIG)


@pytest.mark.parametrize(
    ("protocol", "tls", "login"),
    [("PLAINTEXT", False, False), ("SSL", True, False), ("SASL_PLAINTEXT", False, True), ("SASL_SSL", True, True)],
)
def test_a_customers_cluster_is_reached_by_settings_alone(protocol: str, tls: bool, login: bool) -> None:
    """TLS and SASL for both libraries, and for the consumer inside Faust."""
    from runtime.streams.driver import _credentials

    settings = ProcessSettings.model_construct(
        kafka_brokers="k1:9093",
        kafka_security_protocol=protocol,
        kafka_sasl_username="u",
        kafka_sasl_password=ProcessSettings.model_fields["kafka_sasl_password"].default,
    )
    options = broker.connection(settings)
    credentials = _credentials(settings)

    assert (options["security_protocol"], options["ssl_context"] is not None) == (protocol, tls)
    assert ("sasl_mechanism" in options) == login
    assert (credentials.protocol.value if credentials else "PLAINTEXT") == protocol
