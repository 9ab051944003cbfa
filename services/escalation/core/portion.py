"""Say how much one transaction takes on, so that none lasts longer than the database waits for us."""

from typing import Final

FIRST: Final = 500
"""Steps of the first transaction, before anything is known about the machine."""
_SLOWER: Final = 4  # one slow transaction says little: the next is not smaller than a quarter of it


class Portion:
    """How many steps (facts or deadlines) the next transaction takes on: as many as were done in about `seconds` lately.

    What is not known to be committed was perhaps too much: each attempt is half as large as the one before it, down to
    a single step. One that was committed in time lets the next be twice as large.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        """At most `most` steps; a transaction that takes longer than `seconds` makes the next one smaller."""
        self.seconds = seconds
        self._most = max(1, most)
        self._size = min(FIRST, self._most)

    def begin(self) -> int:
        """How many steps to take on now; the next attempt takes half as many unless this one is committed."""
        size = self._size
        self._size = max(1, size // 2)
        return size

    def committed(self, size: int, done: int, took: float) -> None:
        """Know that a transaction that might take on `size` steps did `done` of them in so many seconds."""
        if took > self.seconds:
            self._size = max(1, size // _SLOWER, int(done * self.seconds / took))
        elif 2 * done >= size:
            self._size = min(2 * size, self._most)
        else:  # there was not more to do: it says nothing about more
            self._size = size
