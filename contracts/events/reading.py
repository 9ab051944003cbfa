"""Judge one event as it comes through any door: read it whole, or say everything that is wrong with it."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from contracts.envelope import Envelope
from contracts.events.table import Sender, model_of, types_from
from contracts.fields import Data, Familiar
from contracts.problems import Problem, describe_errors

FLAG_PREFIX: Final = "unfamiliar_"

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Event:
    """An event that can be accepted; `data` is None where a correction voids the event it names."""

    envelope: Envelope
    data: Data | None

    @property
    def flags(self) -> tuple[str, ...]:
        """What is kept as sent although we do not know the word, such as `unfamiliar_found_by`."""
        return () if self.data is None else tuple(sorted(set(_unfamiliar(self.data))))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that cannot be accepted, with every reason found."""

    problems: tuple[Problem, ...]


def read_event(document: object, *, people: bool = False) -> Event | Refusal:
    """Judge a parsed structured CloudEvent (attributes and `data` in one mapping).

    With `people` the facts that our own services write about people are allowed too. Nothing is changed: unknown
    fields are not looked at, and the caller keeps the bytes. A correction whose data are empty, null or left out voids.
    """
    if not isinstance(document, dict):
        return Refusal((_NOT_AN_OBJECT,))
    if document.get("correction") is not None and document.get("data") is None and "data_base64" not in document:
        document = document | {"data": {}}
    envelope, problems = _validate(Envelope, document)
    name, data = document.get("type"), document.get("data")
    allowed = types_from(Sender.UPSTREAM, Sender.PEOPLE) if people else types_from(Sender.UPSTREAM)
    if name not in allowed:
        known_to_be_wrong = any(problem.field == "type" for problem in problems)
        return Refusal(problems if known_to_be_wrong else (*problems, _unknown_type(str(name), allowed)))
    judged: Data | None = None
    if isinstance(data, dict) and not (data == {} and document.get("correction") is not None):
        judged, wrong = _validate(model_of(str(name)), data, within="data")
        problems += wrong
    return Event(envelope, judged) if envelope is not None and not problems else Refusal(problems)


def _validate(
    model: type[_Model], value: dict[str, Any], within: str = ""
) -> tuple[_Model | None, tuple[Problem, ...]]:
    try:
        return model.model_validate(value), ()
    except ValidationError as error:
        return None, describe_errors(error, within=within)


def _unknown_type(name: str, allowed: tuple[str, ...]) -> Problem:
    subject, _, version = name.rpartition(".v")
    known = [other for other in allowed if other.rpartition(".v")[0] == subject]
    if known:
        code = (
            "newer_version" if int(version) > max(int(other.rpartition(".v")[2]) for other in known) else "unknown_type"
        )
        return Problem("type", code, f"「{name}」的版本不认识 (this version is not known)", f"现用 (known): {known[0]}")
    near = difflib.get_close_matches(name, allowed, n=1) or ["docs/events.md"]
    return Problem(
        "type", "unknown_type", f"「{name}」不是已知的事件类型 (not a known event type)", f"参见 (see): {near[0]}"
    )


def _unfamiliar(data: Data) -> Iterator[str]:
    """Yield a flag for each word that is not on its list, in the data and what it holds."""
    for name, familiar in _fields(type(data)):
        value = getattr(data, name)
        if not value:
            continue
        if isinstance(value, Data):
            yield from _unfamiliar(value)
        elif familiar is not None:
            knows = familiar.knows
            if not (all(map(knows, filter(None, value))) if isinstance(value, tuple) else knows(value)):
                yield FLAG_PREFIX + name


@cache
def _fields(model: type[Data]) -> tuple[tuple[str, Familiar | None], ...]:
    """The fields that have a list of words, or hold what may have one."""
    marked = (
        (name, field.annotation, next((mark for mark in field.metadata if isinstance(mark, Familiar)), None))
        for name, field in model.model_fields.items()
    )
    return tuple((name, familiar) for name, holds, familiar in marked if familiar or _may_hold_data(holds))


def _may_hold_data(annotation: Any) -> bool:
    """Whether a field of this annotation may hold a model of ours, alone or as one of several kinds."""
    if isinstance(annotation, type) and issubclass(annotation, Data):
        return True
    return any(_may_hold_data(part) for part in get_args(annotation))


_NOT_AN_OBJECT: Final = Problem(
    "",
    "not_an_object",
    "不是一个事件对象 (not an object)",
    "按 CloudEvents 1.0 写成 {...} (write one structured event)",
)
