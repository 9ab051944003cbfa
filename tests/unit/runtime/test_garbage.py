"""Garbage is searched for rarely, and never among what was there at the start."""

import gc
from collections.abc import Iterator

import pytest

from runtime.garbage import COLLECT_AFTER, collect_rarely


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Other tests search as often as ever."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_left_out() -> None:
    """What was built at the start is not looked at again, and the young only after many new objects."""
    collect_rarely()

    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == COLLECT_AFTER
