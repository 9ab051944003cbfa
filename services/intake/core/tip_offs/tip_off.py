"""Say what a tip-off is: what somebody may send, what we keep in the open, and how far it has come."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_PHOTOGRAPHS: Final = 3
REWARD_MOST: Final = Decimal(300_000)
"""Yuan: the ceiling of the reward rules of 2018."""

# Crockford's letters: none of them is taken for another when a code is read out or copied by hand.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 4, 4
CODE_BYTES: Final = _GROUPS * _GROUP * 5 // 8
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})

_FILLED: Final = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
_PLAIN: Final = r"^[^\u0000-\u001f]*$"
Story = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2_000, pattern=_FILLED)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_PLAIN)]


class Submission(BaseModel):
    """What somebody sends. `name` and `phone` may stay empty: nobody has to say who they are."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    tenant: Annotated[str, Field(pattern=r"^[0-9]{6,12}$")]
    category: Annotated[str, Field(min_length=1, max_length=64)]
    story: Story
    place: Line = ""
    name: Line = ""
    phone: Line = ""

    @property
    def is_reachable(self) -> bool:
        """Whether they left a way to be asked back."""
        return bool(self.phone)


class Reward(StrEnum):
    """How far a reward has come."""

    NONE = "none"
    DUE = "due"
    PAID = "paid"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class TipOff:
    """A tip-off as it stands in the open: nothing of it says who gave it; `person` is a random handle."""

    id: str
    tenant: str
    category: str
    person: UUID
    photographs: int
    reachable: bool
    received_at: datetime
    finish_by: date
    #: Of the event that announced it, which later ones correct.
    event_id: str
    hazard_id: str | None = None
    is_true: bool | None = None
    verified_at: datetime | None = None
    verified_event_id: str | None = None
    #: What the office tells whoever holds the receipt code.
    answer: str | None = None
    reward_yuan: Decimal | None = None
    reward: Reward = Reward.NONE
    closed_at: datetime | None = None
    erased_at: datetime | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether its term has ended and its handling has not."""
        return self.closed_at is None and self.verified_at is None and today > self.finish_by


def stage(tip_off: TipOff) -> tuple[str, str]:
    """How far it is, as (tone, Chinese words): the same for the office and for who holds the code."""
    if tip_off.is_true is False:
        return "muted", "经核查，未查实"
    if tip_off.is_true:
        return {
            Reward.NONE: ("good", "经核查属实"),
            Reward.DUE: ("warn", "经核查属实，奖励待领取"),
            Reward.PAID: ("good", "经核查属实，奖励已发放"),
            Reward.WAIVED: ("muted", "经核查属实，奖励未领取"),
        }[tip_off.reward]
    if tip_off.hazard_id:
        return "warn", "已立为隐患，正在督促整改和核查"
    return "warn", "已收到，正在核实"


def code_of(noise: bytes) -> str:
    """The receipt code of CODE_BYTES fresh random bytes: `7K3M-9QXA-0B2C-4D5E`."""
    number = int.from_bytes(noise)
    letters = "".join(_LETTERS[number >> 5 * place & 31] for place in range(_GROUPS * _GROUP))
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def digest_of(code: str) -> bytes | None:
    """What is kept of a code however it was typed (small letters, spaces, 0 and O alike); None where it is none.

    80 random bits need no slow hash: nobody counts through them.
    """
    letters = re.sub(r"[\s-]", "", code.upper()).translate(_READ_AS)
    if len(letters) != _GROUPS * _GROUP or not set(letters) <= set(_LETTERS):
        return None
    return hashlib.sha256(b"bihuan receipt\x00" + letters.encode()).digest()
