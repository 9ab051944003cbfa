"""A toy installation for each test of the relay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.runtime_batches.world import World, worlds


@pytest.fixture
def world(kafka_brokers: str, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """A toy installation of its own, with four slots."""
    yield from worlds(kafka_brokers, postgres_url, tmp_path, slots=4)
