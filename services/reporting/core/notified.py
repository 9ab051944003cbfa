"""Read what notify did: one record per attempt or change of state of a notice."""

from datetime import datetime

import msgspec

from contracts.facts import Fact
from contracts.notices import Notice
from services.reporting.core.said import arrival


class NoticeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of one notice; `place` is where it stands in the log, (incarnation, number)."""

    notice: Notice
    source: str
    event_id: str
    place: tuple[int, int]
    accepted_at: datetime | None

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions it tells: its own, or those of a digest."""
        own = (self.notice.decision_id,) if self.notice.decision_id else ()
        return tuple(dict.fromkeys([*own, *self.notice.decisions]))


_notice = msgspec.json.Decoder(Notice).decode


def read_notice(fact: Fact) -> NoticeRecord:
    """The record in a fact of `notice.facts`; raises `ValueError` where it cannot be read."""
    return NoticeRecord(
        notice=_notice(fact.data),
        source=fact.source,
        event_id=fact.id,
        place=arrival(fact),
        accepted_at=fact.acceptedtime,
    )
