"""What the batch loop and the driver of the consumer library ask of each other; neither knows the other's module."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol

from runtime.positions import Slot
from runtime.streams.plan import Fetched

POLL = 1.0  # seconds to wait for anything


class Beside(Protocol):
    """What runs beside the consumer in a worker: the relay, upkeep. Blocking work goes to a thread of its own."""

    @property
    def name(self) -> str:
        """A word for the log."""
        ...

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set. An error ends the process, and the supervisor starts a clean one."""
        ...


class Log(Protocol):
    """What the batch loop asks of the broker's side."""

    def assigned(self) -> list[Slot]:
        """The slots of this member."""
        ...

    async def ranges(self, slots: Collection[Slot]) -> dict[Slot, tuple[int, int]]:
        """(log start, end of what is committed) of each slot."""
        ...

    async def starts(self, slots: Collection[Slot]) -> dict[Slot, int]:
        """The log start of each slot."""
        ...

    async def go_to(self, offsets: Mapping[Slot, int]) -> None:
        """Read on from these offsets."""
        ...

    async def hold(self, offsets: Mapping[Slot, int]) -> None:
        """Read these slots no more; the offsets only have to be valid numbers."""
        ...

    async def release(self, slots: Collection[Slot]) -> None:
        """Read slots again that were held."""
        ...

    async def views(self) -> dict[Slot, tuple[int | None, int | None]]:
        """(position of the next fetch, end of what is committed as last heard) of each assigned slot."""
        ...

    async def rejoin(self) -> None:
        """Ask the group to share the slots out again."""
        ...

    async def tell_monitors(self, offsets: Mapping[Slot, int]) -> None:
        """Commit offsets to the broker, which only lag monitors read."""
        ...


class Loop(Protocol):
    """What the driver calls: implemented by `runtime.streams.loop`."""

    async def assigned(self, log: Log) -> dict[Slot, int]:
        """Take ownership of the assigned slots and go to their positions, which are returned."""
        ...

    async def revoked(self) -> None:
        """Finish the running transaction and give up every slot."""
        ...

    async def pause(self) -> float:
        """Wait as long as the last turn asked for; returns the seconds to poll for, negative: do not fetch."""
        ...

    async def turn(self, log: Log, fetched: Mapping[Slot, Fetched]) -> None:
        """Apply what was fetched and what waits."""
        ...

    async def out_of_range(self, log: Log, offsets: Mapping[Slot, int]) -> None:
        """The broker does not have these offsets."""
        ...

    async def upkeep(self, log: Log) -> None:
        """Called after every turn."""
        ...
