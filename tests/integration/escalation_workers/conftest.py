"""An installation for each module: the names of the inner topics are the product's, so the broker is its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.testing import start_kafka
from tests.integration.escalation_workers.installation import Installation


@pytest.fixture(scope="module")
def own_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka that no other module sees."""
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server.url
    server.stop()


@pytest.fixture
def installation(database_url: str, own_brokers: str, tmp_path: Path) -> Iterator[Installation]:
    """Six committees with a pack each."""
    made = Installation(url=database_url, brokers=own_brokers, folder=tmp_path, committees=6)
    yield made
    made.close()
