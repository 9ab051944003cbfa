"""The bodies people send and the objects they get back; personal data leaves masked."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from contracts.divisions import Divisions
from contracts.vocabulary import HazardLevel, Level, Measure, RuleId, Status, SubjectKind
from services.notify.core.rules import PlatformRule

_NUMBER: Final = re.compile(r"\d{5}")  # no robot of ours has so many digits in its name
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _readable(value: object) -> object:
    """Refuse what no column and no page can show."""
    if isinstance(value, str) and _CONTROL.search(value):
        raise ValueError("control characters are not allowed")
    return value


def _instant_text(value: object) -> object:
    """Refuse numbers: a count of seconds or of milliseconds cannot be told apart."""
    if not isinstance(value, str | datetime):
        raise ValueError("write an instant with offset, such as 2026-05-21T08:00:00+08:00")  # noqa: TRY004 (its contract)
    return value


Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=200), BeforeValidator(_readable)]
Person = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=100), BeforeValidator(_readable)
]
Reason = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=500), BeforeValidator(_readable)
]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{6,12}$")]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text)]
Some = Annotated[tuple[Word, ...], Field(max_length=100)]


class Form(BaseModel):
    """A body: nothing that is not asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Acknowledgement(Form):
    """What is done about a notice; who it is says the session, here and in every form."""

    reason: Word = Field(default="", description="what is done about it")


class RulingForm(Form):
    """One word about many notices whose end nobody knows: those that all conditions fit."""

    channel: Annotated[Word, Field(min_length=1)]
    answer: Word | None = Field(default=None, description="what is written down as the channel's answer; null: any")
    tenant: Code | None = Field(default=None, description="with all below")
    since: Instant | None = Field(default=None, description="when the last attempt began, included")
    until: Instant | None = Field(default=None, description="when the last attempt began, included")
    outcome: Literal["delivered", "failed", "retrying"] = Field(description="retrying: send each once more")
    expected: Annotated[int, Field(strict=True, ge=1)] = Field(
        description="how many you have seen; where another number fits now nothing is settled"
    )
    reason: Reason


class Settled(BaseModel):
    """How many notices a ruling settled."""

    settled: int


class MatchForm(Form):
    """Conditions that all have to hold; within one any value will do; an empty one always holds."""

    tenant: Annotated[tuple[Code, ...], Field(max_length=100)] = Field(default=(), description="with all below")
    level: tuple[Level, ...] = ()
    rule: tuple[RuleId | PlatformRule, ...] = ()
    measure: tuple[Measure, ...] = ()
    status: tuple[Status, ...] = ()
    step: Some = ()
    sector: Some = ()
    hazard_level: tuple[HazardLevel, ...] = ()
    subject_kind: tuple[SubjectKind, ...] = ()
    subject: Some = ()


class SilenceForm(Form):
    """A wish not to hear of something for a time."""

    reason: Reason
    starts_at: Instant | None = Field(default=None, description="absent: now")
    ends_at: Instant
    match: MatchForm
    recipient: Word = Field(default="", description="a handle; empty: every recipient")


class SendingForm(Form):
    """The master switch."""

    stopped: StrictBool
    reason: Reason
    release: StrictBool = Field(default=False, description="on resuming: send what was set aside meanwhile")


class TenantForm(Form):
    """What is set for one tenant; null asks the tenant above."""

    go_live: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None
    shadow: StrictBool | None
    reason: Reason


class SilenceShown(BaseModel):
    """A silence."""

    id: UUID
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    match: dict[str, Any]
    recipient: str
    lifted_at: datetime | None
    lifted_by: str | None
    state: Literal["pending", "active", "expired"]


class NoticeShown(BaseModel):
    """A notice as it stands."""

    id: str
    decision_id: str
    status: str
    turn: int
    rule: str
    measure: str
    level: str
    committee: str
    tenant: str
    recipient: str
    channel: str
    state: str
    suppression: str | None
    why: str
    error: str
    late: bool
    attempt: int
    created_at: datetime
    not_before: datetime
    delivered_at: datetime | None
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    follows: str | None
    folded_into: str | None


class NoticePage(BaseModel):
    """Notices, newest first; `next` is the cursor of the page that follows, null on the last one."""

    notices: list[NoticeShown]
    next: str | None


class AttemptShown(BaseModel):
    """One attempt; holder and address are masked. `message` is what left: the notice itself, or a digest it was in."""

    attempt: int
    seat: str
    holder: str
    address: str
    message: str
    claimed_by: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str | None
    answer: str
    receipt: str | None = Field(
        description="what the provider said later: arrived, lost, pending, unknown; null: never asked"
    )
    receipt_answer: str


class ActShown(BaseModel):
    """What a person did about a notice."""

    act: str
    author: str
    reason: str
    acted_at: datetime


class NoticeTrail(BaseModel):
    """One notice with everything that happened to it."""

    notice: NoticeShown
    attempts: list[AttemptShown]
    acts: list[ActShown]


def attempt_shown(row: Mapping[str, Any]) -> AttemptShown:
    """An attempt without its personal data."""
    return AttemptShown(**{**row, "holder": masked_name(row["holder"]), "address": masked_address(row["address"])})


def masked_name(name: str) -> str:
    """The first character of a name."""
    return name[:1] + "*" * min(len(name) - 1, 3)


def recipient_text(handle: str, roles: Mapping[str, str], divisions: Divisions) -> str:
    """Whom a notice is for, in words: `office@331081003/2` is the second seat of a town's office."""
    role, at, rest = handle.partition("@")
    if not at:
        return handle
    unit, _, seat = rest.partition("/")
    division = divisions.get(unit)
    return f"{division.name if division else unit} · {roles.get(role, role)}" + (f"（{seat}）" if seat else "")


def masked_address(address: str) -> str:
    """A mailbox by its first letter and domain, a web address by its host, a number by its ends; a robot's name stays."""
    if "://" in address:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    local, at, domain = address.partition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    if not (address.isdigit() or _NUMBER.search(address)):
        return address
    return f"{address[:3]}****{address[-4:]}" if len(address) > 8 else "****"  # noqa: PLR2004 (shorter shows too much)
