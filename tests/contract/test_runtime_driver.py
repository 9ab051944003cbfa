"""The consumer library is used below its public surface: whoever upgrades it has to read these places again.

When this fails after an upgrade: read each named method, then the traps in docs/adr about the consumer library, run
`make test-integration` and `make test-faults`, and only then write the new fingerprints down.
"""

import asyncio
import hashlib
import importlib.metadata
import inspect
import textwrap
from typing import Any

import aiokafka
import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchResult
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, SubscriptionState, TopicPartitionState
from faust.app.base import App, BootStrategy
from faust.tables.recovery import Recovery
from faust.transport import consumer as base
from faust.transport.drivers import aiokafka as driver

VERSIONS = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "mode-streaming": "0.7.1"}

# What is overridden or called, and what the overrides rest on; the fingerprint is of the source without indentation.
FINGERPRINTS: dict[str, tuple[Any, str]] = {
    "Consumer._drain_messages": (base.Consumer._drain_messages, "3f1b608ae610"),
    "Consumer._wait_next_records": (base.Consumer._wait_next_records, "eca5f200678b"),
    "Consumer.wait_empty": (base.Consumer.wait_empty, "b203e65fbe06"),
    "Consumer.on_stop": (base.Consumer.on_stop, "edcda9684a7f"),
    "Consumer.perform_seek": (base.Consumer.perform_seek, "fb84a3ee6ae9"),
    "Consumer.on_partitions_assigned": (base.Consumer.on_partitions_assigned, "405c7394beca"),
    "Consumer.on_partitions_revoked": (base.Consumer.on_partitions_revoked, "91da4e208b27"),
    "ThreadDelegateConsumer.seek_to_committed": (base.ThreadDelegateConsumer.seek_to_committed, "40d1766c0f54"),
    "ThreadDelegateConsumer._getmany": (base.ThreadDelegateConsumer._getmany, "51ec59403bc3"),
    "Fetcher._fetcher": (base.Fetcher._fetcher.fun, "91417a3445e7"),
    "driver.Consumer._new_consumer_thread": (driver.Consumer._new_consumer_thread, "0bc8e7de1009"),
    "driver.Consumer.verify_event_path": (driver.Consumer.verify_event_path, "8a8b5c09d04d"),
    "Thread.on_start": (driver.AIOKafkaConsumerThread.on_start, "62a726b8a143"),
    "Thread._create_worker_consumer": (driver.AIOKafkaConsumerThread._create_worker_consumer, "70e4db0e4dd3"),
    "Thread._fetch_records": (driver.AIOKafkaConsumerThread._fetch_records, "86a9aeddd3a9"),
    "Thread.getmany": (driver.AIOKafkaConsumerThread.getmany, "51e44b518602"),
    "Thread._seek_wait": (driver.AIOKafkaConsumerThread._seek_wait, "163218f5ffaa"),
    "Thread._ensure_consumer": (driver.AIOKafkaConsumerThread._ensure_consumer, "767776258078"),
    "App._new_transport": (App._new_transport, "e97cd03f12cb"),
    "App._stop_consumer": (App._stop_consumer, "f07a854b2b9c"),
    "App._on_partitions_revoked": (App._on_partitions_revoked, "9cfc05cff3a1"),
    "App._on_partitions_assigned": (App._on_partitions_assigned, "bc7efe5aaee0"),
    "BootStrategy.server": (BootStrategy.server, "a61017d85503"),
    "Recovery._resume_streams": (Recovery._resume_streams, "a480d89a3366"),
    "Worker._on_sigterm": (faust.Worker._on_sigterm, "e02acd5d7f16"),
    "AIOKafkaConsumer.start": (aiokafka.AIOKafkaConsumer.start, "e96a7152261b"),
    "AIOKafkaConsumer.seek": (aiokafka.AIOKafkaConsumer.seek, "90b8add72010"),
    "AIOKafkaConsumer.pause": (aiokafka.AIOKafkaConsumer.pause, "02d05693871d"),
    "Fetcher.fetched_records": (Fetcher.fetched_records, "14a61876338b"),
    "Fetcher._get_actions_per_node": (Fetcher._get_actions_per_node, "838e25a11291"),
    "Fetcher._update_fetch_positions": (Fetcher._update_fetch_positions, "590f14eaec25"),
    "FetchResult.getall": (FetchResult.getall, "9669e7e2380f"),
    "GroupCoordinator.request_rejoin": (GroupCoordinator.request_rejoin, "05d8a4223eb3"),
    "SubscriptionState.subscription": (SubscriptionState.subscription.fget, "639d9c925459"),
    "Assignment": (Assignment, "0e82001b2ad6"),
    "TopicPartitionState": (TopicPartitionState, "d25b83f1ded0"),
}


def fingerprint(thing: Any) -> str:
    source = textwrap.dedent(inspect.getsource(thing))
    return hashlib.sha256("".join(source.split()).encode()).hexdigest()[:12]


@pytest.mark.parametrize("package", VERSIONS)
def test_the_versions_are_the_ones_that_were_read(package: str) -> None:
    """They are pinned in requirements.in too; this says why."""
    assert VERSIONS[package] == importlib.metadata.version(package)


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_what_is_used_below_the_surface_is_what_was_read(name: str) -> None:
    """The source of each place, white space apart."""
    thing, expected = FINGERPRINTS[name]

    assert expected == fingerprint(thing)


def test_the_attributes_that_are_set_are_the_ones_that_are_read() -> None:
    """A renamed attribute would be set in vain, and the consumer would read uncommitted records or reset its offset."""
    started = inspect.getsource(aiokafka.AIOKafkaConsumer.start)
    for name in (
        "_isolation_level",
        "_auto_offset_reset",
        "_enable_auto_commit",
        "_fetch_max_bytes",
        "_fetch_max_wait_ms",
    ):
        assert f"self.{name}" in started


def test_a_fetcher_keeps_what_nobody_has_taken_as_long_as_it_is_told() -> None:
    """By the name that the driver sets; what else rests on it is in the fingerprint of its actions."""
    assert "backoff=self._prefetch_backoff" in inspect.getsource(Fetcher._proc_fetch_request)


def test_a_partition_that_was_just_assigned_has_no_position() -> None:
    """None is how a slot without a seek is told from one at offset 0."""

    async def seen() -> tuple[object, object]:
        state = Assignment([TopicPartition("t", 0)]).state_value(TopicPartition("t", 0))
        return state._position, state.lso

    assert asyncio.run(seen()) == (None, None)
