"""Carry one thing that happened through the inner log: the envelope that every inner topic uses."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final

import msgspec

LATE_AFTER: Final = timedelta(hours=24)
"""A fact recorded later than this after it happened is late (interface section 2, `late_recorded`)."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="specversion", tag="1.0"):
    """One structured CloudEvent of an inner topic, in UTF-8 JSON.

    Required: `id` and `source` (together unique), `type`, `time` (when it happened), `tenant` (division code of the unit
    in charge), `committee` (root tenant of the governing policy: the Kafka key) and `data` (the JSON object as sent).
    `recordedtime` is when the source recorded it, `acceptedtime` and `sequence` ("<incarnation>:<n>") are spliced in by
    the relay. `namespace` is the id namespace of the source, `historic` marks an import that tells nobody, `flags` name
    what intake noticed without refusing it. Decoding refuses a naive time and any other CloudEvents version.
    """

    specversion: ClassVar[str] = "1.0"

    id: str
    source: str
    type: str
    time: Instant
    tenant: str
    committee: str
    data: msgspec.Raw
    recordedtime: Instant | None = None
    acceptedtime: Instant | None = None
    sequence: str | None = None
    correction: str | None = None
    traceparent: str | None = None
    namespace: str = ""
    historic: bool = False
    flags: tuple[str, ...] = ()
    door: str = ""

    @property
    def known_at(self) -> datetime:
        """When we knew: live the accepted time, in a simulation the recorded time, else when it happened."""
        return self.acceptedtime or self.recordedtime or self.time

    @property
    def recorded(self) -> datetime:
        """When the source recorded it; absent means at once."""
        return self.recordedtime or self.time

    @property
    def late(self) -> bool:
        """Whether it was recorded more than 24 hours after it happened."""
        return self.recorded - self.time > LATE_AFTER
