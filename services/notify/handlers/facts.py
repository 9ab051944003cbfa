"""Make what notify says on its topic: one fact for each state of a notice or a letter."""

from datetime import datetime
from typing import Final

import msgspec

from contracts.facts import Fact
from contracts.topics import NOTICE_FACTS, slot_of
from runtime import codec
from runtime.outbox import Outgoing

SOURCE: Final = "/bihuan/notify"


def outgoing(
    identity: str, type_: str, record: msgspec.Struct, *, tenant: str, committee: str, now: datetime
) -> Outgoing:
    """The fact of a record as the outbox takes it; `identity` is the same whenever the same state is told."""
    fact = Fact(
        id=identity,
        source=SOURCE,
        type=type_,
        time=now,
        tenant=tenant,
        committee=committee,
        data=msgspec.Raw(msgspec.json.encode(record)),
    )
    return Outgoing(
        topic=NOTICE_FACTS, slot=slot_of(committee), key=committee.encode("ascii"), value=codec.encode(fact)
    )
