"""Search for circles of garbage rarely, in processes that make none to speak of."""

import gc
from typing import Final

COLLECT_AFTER: Final = (100_000, 20, 20)
"""New objects between two looks among the young, and how many of those come before a look among the older ones.

What a batch makes goes by its count of references; looking as often as Python does by itself took a fifth of a busy
worker's time.
"""


def collect_rarely() -> None:
    """Leave what was built at the start out of every later search, and search rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
