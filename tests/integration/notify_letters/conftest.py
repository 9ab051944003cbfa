"""One chancery per test, with empty tables."""

from collections.abc import Iterator

import pytest

from tests.integration.notify_letters.chancery import Chancery


@pytest.fixture
def chancery(database_url: str) -> Iterator[Chancery]:
    """Letters with a real database."""
    made = Chancery(database_url)
    yield made
    made.close()
