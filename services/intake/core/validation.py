"""Judge an event the same way at every door: guard, envelope, model, then what is flagged but kept.

The document comes as bytes or as the one structured form that `cloudevents.assemble` makes of a record. What is
accepted leaves as the fact that is announced; its data are the sender's own, unknown fields included, in canonical JSON
(keys sorted), so that the same event has the same digest through whatever door it came.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as BadNumberError

from contracts.divisions import Division, Divisions
from contracts.events import Event, read_event
from contracts.facts import Fact
from contracts.problems import Problem
from services.intake.core import guard
from services.intake.core.reasons import Reason

#: How far a sender's clock may run ahead of ours before its events are flagged.
FUTURE_AFTER = timedelta(minutes=5)

CommitteeOf = Callable[[str], str | None]

_canonical = msgspec.json.Encoder(order="deterministic").encode
_TIMES = ("time", "recordedtime")
_FULL_WIDTH = range(0xFF01, 0xFF5F)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a door knows of the sender of an event, beside the event itself."""

    door: str = ""
    #: The id namespace of the registered source; hazards of one namespace share their ids.
    namespace: str = ""
    #: An import that tells nobody.
    historic: bool = False
    #: Whether facts about what people did in our own services are taken (our own topic only).
    people: bool = False
    #: The root tenant of a tenant's committee, None outside every committee; absent in a simulation of one policy.
    committee_of: CommitteeOf | None = None


class Accepted(NamedTuple):
    """An event that may be announced once its `(source, id)` is known to be new."""

    fact: Fact

    @property
    def digest(self) -> bytes:
        """16 bytes that tell whether another event of the same `(source, id)` says the same.

        Not how it was written, nor what differs from one delivery to the next (trace, format).
        """
        fact, recorded = self.fact, self.fact.recordedtime
        said = (
            fact.type,
            fact.time.astimezone(UTC).isoformat(),
            fact.tenant,
            recorded.astimezone(UTC).isoformat() if recorded else "",
            fact.correction or "",
        )
        return blake2b("\n".join(said).encode() + b"\n" + bytes(fact.data), digest_size=16).digest()

    @property
    def flags(self) -> tuple[str, ...]:
        """What was noticed without refusing the event."""
        return self.fact.flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An event that goes to the dead letters."""

    reason: Reason
    errors: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: As far as they could be read, for the one who looks for the letter.
    source: str | None = None
    event_id: str | None = None
    tenant: str | None = None


ANYBODY = Standing()


def validate(
    document: bytes | Mapping[str, Any],
    *,
    divisions: Divisions,
    received_at: datetime,
    standing: Standing = ANYBODY,
) -> Accepted | Refused:
    """Judge one structured event (bytes, or an object that some JSON reader made); never raises for what it says.

    `received_at` is when it reached the door (aware); it only serves to flag times in the future.
    """
    body = document if isinstance(document, bytes) else json.dumps(dict(document)).encode()
    tree = guard.read_object(body)
    if isinstance(tree, guard.Refusal):
        return refuse(tree)
    return judge(tree, divisions=divisions, received_at=received_at, standing=standing)


def judge(
    tree: dict[str, Any], *, divisions: Divisions, received_at: datetime, standing: Standing = ANYBODY
) -> Accepted | Refused:
    """Judge a structured event that the guard has read."""
    event = read_event(tree, people=standing.people)
    if not isinstance(event, Event):
        return _refuse_problems(tree, event.problems)
    envelope = event.envelope
    committee = "" if standing.committee_of is None else standing.committee_of(envelope.tenant)
    if committee is None:
        return _refused(tree, Reason.NO_COMMITTEE, (f"tenant {envelope.tenant}",))
    said = tree.get("data") or {}  # a correction that voids may leave its data out
    data = _canonical(said)
    flags = (*event.flags, *_flags(said, event, divisions, received_at))
    fact = Fact(
        id=envelope.id,
        source=envelope.source,
        type=envelope.type,
        time=envelope.time,
        tenant=envelope.tenant,
        committee=committee,
        data=msgspec.Raw(data),
        recordedtime=envelope.recordedtime,
        correction=envelope.correction,
        traceparent=envelope.traceparent,
        namespace=standing.namespace,
        historic=standing.historic,
        flags=flags,
        door=standing.door,
    )
    return Accepted(fact)


def refuse(refusal: guard.Refusal) -> Refused:
    """Return the guard's refusal in the form of every other."""
    return Refused(reason=refusal.reason, errors=(refusal.detail,) if refusal.detail else ())


def _flags(data: dict[str, Any], event: Event, divisions: Divisions, received_at: datetime) -> Iterator[str]:
    """Yield what is odd about an event and no reason to refuse it."""
    envelope = event.envelope
    recorded = envelope.recordedtime or envelope.time
    latest = received_at + FUTURE_AFTER
    if envelope.time > latest or recorded > latest:
        yield "future"
    if recorded < envelope.time:
        yield "recorded_before_time"
    division = divisions.get(envelope.tenant)
    if division is None:
        yield "unknown_division"
    elif _is_retired(division, envelope.time):
        yield "retired_division"
    site = data.get("site")
    if isinstance(site, dict) and (code := site.get("uscc")) and not _is_uscc(code):
        yield "invalid_uscc"
    for key, value in data.items():
        if key[-3:] == "_id" and _has_full_width(value):
            yield "full_width_id"
            break


def _is_retired(division: Division, time: datetime) -> bool:
    """Whether the code had been taken out of use when the thing happened; a successor without a date counts always."""
    if division.valid_to is None:
        return bool(division.replaced_by)
    return division.valid_to < time.date()


def _is_uscc(code: str) -> bool:
    try:
        uscc.validate(code)
    except BadNumberError:
        return False
    return True


def _has_full_width(value: object) -> bool:
    """Whether an id is written with full-width letters or digits: it equals no id that is written plainly."""
    return isinstance(value, str) and not value.isascii() and any(ord(char) in _FULL_WIDTH for char in value)


def _refuse_problems(tree: dict[str, Any], problems: tuple[Problem, ...]) -> Refused:
    first = problems[0]
    return _refused(tree, _reason(tree, first), tuple(f"{p.field}：{p.reason}；{p.mend}" for p in problems), problems)


def _reason(tree: dict[str, Any], problem: Problem) -> Reason:
    """Name the first thing that is wrong by one of our reasons."""
    field, code = problem.field, problem.code
    if field == "data" and "data_base64" in tree:
        return Reason.UNSUPPORTED_CONTENT
    if "." in field or (field == "data" and code != "missing"):
        return Reason.INVALID_DATA
    if code == "missing":
        return Reason.MISSING_ATTRIBUTE
    if field in _TIMES:
        return Reason.TIME_WITHOUT_OFFSET if code == "no_offset" else Reason.BAD_TIME
    named = {
        "tenant": Reason.BAD_TENANT,
        "type": Reason.NEWER_VERSION if code == "newer_version" else Reason.UNKNOWN_TYPE,
        "datacontenttype": Reason.UNSUPPORTED_CONTENT,
    }
    return named.get(field, Reason.BAD_ATTRIBUTE)


def _refused(
    tree: dict[str, Any], reason: Reason, errors: tuple[str, ...], problems: tuple[Problem, ...] = ()
) -> Refused:
    source, event_id, tenant = (_text(tree.get(name)) for name in ("source", "id", "tenant"))
    return Refused(reason=reason, errors=errors, problems=problems, source=source, event_id=event_id, tenant=tenant)


def _text(value: object) -> str | None:
    """Return an attribute that can be kept beside a dead letter: a short text."""
    return value[:256] if isinstance(value, str) else None
