"""How the work on a hazard is planned, and how its close-out found it."""

from datetime import datetime

import msgspec


class Plan(msgspec.Struct, frozen=True):
    """A filed rectification plan."""

    target_date: str
    filed_at: datetime
    responsible: str = ""
    interim_measures: str = ""
    document_no: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """How the close-out found it: frozen, so that the credit for being in time is never lost.

    `days_left` counts from the day it was put right to the last day of its deadline, negative when late; it is None
    where no deadline ran.
    """

    done_at: datetime
    days_left: int | None
    in_time: bool | None
