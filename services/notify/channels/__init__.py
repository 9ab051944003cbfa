"""Hand a message to one provider and say what its answer means: one file per channel.

To add a channel: a file here with a class that has what `Adapter` asks for, a line in
`services.notify.main`, and a test against a server that answers as the provider does.
"""

from datetime import datetime
from typing import Protocol

from services.notify.core.messages import Message
from services.notify.core.receipts import Word
from services.notify.core.retry import Outcome


class Adapter(Protocol):
    """One way to tell somebody."""

    @property
    def repeatable(self) -> bool:
        """Whether the receiver recognises a message that comes a second time."""
        ...

    @property
    def patience(self) -> float:
        """Seconds after which `deliver` has surely returned."""
        ...

    @property
    def most(self) -> int:
        """How many notices one message may tell; 1 where each goes alone."""
        ...

    @property
    def a_minute(self) -> int | None:
        """How many messages a minute its provider takes for one address; None where it does not say."""
        ...

    def provider(self, address: str) -> str:
        """Who stands behind an address: what fails for one message of it fails for the next."""
        ...

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Try once. Returns what the provider's own answer means; raises only for a defect of ours."""
        ...

    async def close(self) -> None:
        """Let go of what is kept between messages."""
        ...


class Receipted(Protocol):
    """A way to tell somebody whose provider says later whether a message arrived."""

    async def receipt(self, reference: str, address: str, *, taken_at: datetime, now: datetime) -> Word:
        """What became of the message that it took under this number; raises only for a defect of ours."""
        ...

    async def close(self) -> None:
        """Let go of what is kept between questions."""
        ...
