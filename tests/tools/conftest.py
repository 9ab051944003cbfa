"""Give each module of browser tests a Chromium, and each test what must stay empty."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.browser.chromium import Seen, browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's Chromium."""
    with browser() as started:
        yield started


@pytest.fixture
def seen() -> Seen:
    return Seen()
