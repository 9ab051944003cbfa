"""One office per test, with empty tables."""

from collections.abc import Iterator

import pytest

from tests.integration.notify_notices.office import Office


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Notify with a real database."""
    made = Office(database_url)
    yield made
    made.close()
