"""Check the form of a pack: keys, words, units and clause ids, each fault at its own line (traps T4, T6)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from services.escalation.core.checks.parts import Fault, Parts, Place, each, suggestion
from services.escalation.core.policy import Obligation, Pack
from services.escalation.core.published import Schema, pack_schema, part_at
from services.escalation.core.rules.registry import RULES

APART: Final = ("rules", "obligations")
"""Keys whose entries are read one by one, so that a fault in one hides nothing in another."""
UNITS: Final = (
    "add `unit: calendar_day` where the notice says 日 or 天, `working_day` where it says 工作日, or month, year"
)

_CLAUSE: Final = re.compile(r"S[0-4]-[0-9]{2}")


def read(parts: Parts) -> Iterator[Fault]:
    """Fill `parts` from its text and yield what is malformed."""
    raw, schema = parts.text.raw, _schema()
    for place, line in parts.text.repeated:
        message = f"the key {place[-1]!r} stands twice{_within(place[:-1])}; YAML keeps the second alone"
        yield Fault(parts.text.file, line, "fault", "repeated_key", message, "rename one or take it away")
    yield from _unknown_keys(parts, raw, schema)
    for name, field in Pack.model_fields.items():
        if name in APART:
            continue
        if name in raw:
            value, faults = _parsed(parts, _adapter(name), (name,), raw[name], schema)
            yield from faults
            if not faults:
                parts.head[name] = value
        elif field.is_required():
            yield parts.fault(
                "missing_key", (), f"{name!r} is missing: {(field.description or '').rstrip('.')}", f"add `{name}:`"
            )
    yield from _rules(parts, raw.get("rules", {}), schema)
    yield from _obligations(parts, raw.get("obligations", {}), schema)
    yield from _clauses(parts)


def _unknown_keys(parts: Parts, raw: Mapping[str, Any], schema: Schema) -> Iterator[Fault]:
    for name in raw:
        if name not in Pack.model_fields:
            mend = suggestion(str(name), schema["properties"], "keys")
            yield parts.fault("unknown_key", (name,), f"unknown key {name!r}", mend)


def _rules(parts: Parts, raw: Any, schema: Schema) -> Iterator[Fault]:
    if not isinstance(raw, Mapping):
        yield parts.fault(
            "wrong_value", ("rules",), "`rules` is no mapping", "write each rule's id with its parameters"
        )
        return
    for rule, parameters in raw.items():
        if rule not in RULES:
            message = f"unknown rule {rule!r}"
            yield parts.fault("unknown_rule", ("rules", rule), message, suggestion(str(rule), RULES, "rules"))
            continue
        value, faults = _parsed(parts, _adapter("rules", rule), ("rules", rule), parameters, schema)
        yield from faults
        if not faults:
            parts.rules[rule] = value


def _obligations(parts: Parts, raw: Any, schema: Schema) -> Iterator[Fault]:
    if not isinstance(raw, Mapping):
        message = "`obligations` is no mapping"
        yield parts.fault("wrong_value", ("obligations",), message, "write each obligation's id with what it says")
        return
    for name, spec in raw.items():
        value, faults = _parsed(parts, _adapter("obligations"), ("obligations", name), spec, schema)
        yield from faults
        if not faults:
            parts.obligations[str(name)] = value


@cache
def _schema() -> Schema:
    return pack_schema()


@cache
def _adapter(key: str, rule: str = "") -> TypeAdapter[Any]:
    """What reads one part of a pack: a rule's parameters, one obligation, or the value of another key."""
    if rule:
        return TypeAdapter(RULES[rule].parameters)
    if key == "obligations":
        return TypeAdapter(Obligation)
    field = Pack.model_fields[key]
    return TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]  # a shape known at run time


def _parsed(
    parts: Parts, adapter: TypeAdapter[Any], place: Place, value: Any, schema: Schema
) -> tuple[Any, list[Fault]]:
    try:
        return adapter.validate_python(value), []
    except ValidationError as error:
        return None, list(_told(parts, error.errors(include_url=False), place, schema))


def _told(parts: Parts, errors: Iterable[ErrorDetails], top: Place, schema: Schema) -> Iterator[Fault]:
    for error in errors:
        if error["type"] == "too_short" and (error.get("ctx") or {})["actual_length"] < len(error["input"]):
            continue  # too short for what is wrong in it was left out: each of that has its own fault
        place = _real(parts.text.raw, (*top, *error["loc"]), missing=error["type"] == "missing")
        yield _fault(parts, error, place, schema)


def _fault(parts: Parts, error: ErrorDetails, place: Place, schema: Schema) -> Fault:
    last = str(place[-1]) if place else ""
    around = part_at(schema, parts.text.raw, place[:-1])
    match error["type"]:
        case "missing" if last == "unit" and "count" in around.get("properties", {}):
            return parts.fault("missing_unit", place[:-1], f"a span without a unit of days{_within(place[:-1])}", UNITS)
        case "missing":
            sentence = around.get("properties", {}).get(last, {}).get("description", "")
            message = f"{last!r} is missing{_within(place[:-1])}: {sentence.rstrip('.')}"
            return parts.fault("missing_key", place[:-1], message, f"add `{last}:`")
        case "extra_forbidden":
            mend = suggestion(last, around.get("properties", {}), "keys")
            return parts.fault("unknown_key", place, f"unknown key {last!r}{_within(place[:-1])}", mend)
        case "literal_error" | "enum":
            words = part_at(schema, parts.text.raw, place).get("enum", ())
            what = "measure" if last == "measure" else "word"
            message = f"unknown {what} {error['input']!r} in {_name(place)}"
            return parts.fault(f"unknown_{what}", place, message, suggestion(str(error["input"]), words, f"{what}s"))
        case "union_tag_invalid" | "union_tag_not_found":
            kinds = str((error.get("ctx") or {}).get("expected_tags", "")).replace("'", "").split(", ")
            said = error["input"].get("kind") if isinstance(error["input"], Mapping) else error["input"]
            message = f"{said!r} is no kind of schedule{_within(place)}"
            return parts.fault("unknown_kind", (*place, "kind"), message, suggestion(str(said), kinds, "kinds"))
        case "string_pattern_mismatch" if "clauses" in place:
            return _no_clause(parts, place, error["input"])
        case "value_error":
            message = f"{(error.get('ctx') or {})['error']}{_within(place)}"
            return parts.fault("contradiction", place, message, "make the two agree")
    said = f"{_name(place)}: {error['msg']}, not {error['input']!r}"
    sentence = part_at(schema, parts.text.raw, place).get("description", "write what the schema of packs asks for")
    return parts.fault("wrong_value", place, said, sentence.rstrip("."))


def _clauses(parts: Parts) -> Iterator[Fault]:
    """Clause ids that no notice has; what is no id at all has its fault already."""
    for place, said in each(parts.text.raw, "clauses"):
        for number, clause in enumerate(said if isinstance(said, list) else ()):
            if isinstance(clause, str) and _CLAUSE.fullmatch(clause) and clause not in parts.known.clauses:
                yield _no_clause(parts, (*place, number), clause)


def _no_clause(parts: Parts, place: Place, said: object) -> Fault:
    own = sorted(clause for clause in parts.known.clauses if clause[:2] == str(said)[:2])
    mend = f"the notice {own[0][:2]} has {own[0]} to {own[-1]}" if own else "the notices are S0 to S4, as in S2-22"
    return parts.fault("unknown_clause", place, f"there is no clause {said!r}", mend)


def _real(raw: Any, place: Place, *, missing: bool) -> Place:
    """The place as it stands in the file: pydantic adds the tags of unions and the inside of bare values."""
    found: list[str | int] = []
    for number, key in enumerate(place):
        if found and found[-1] == "when" and number and place[number - 1] == "when":
            continue  # the kind of schedule, which may be called as one of its keys
        inside = isinstance(raw, Mapping) and key in raw
        if inside or (isinstance(raw, list | tuple) and isinstance(key, int) and key < len(raw)):
            raw = raw[key]
            found.append(key)
        elif missing and number == len(place) - 1:
            found.append(key)
    return tuple(found)


def _name(place: Place) -> str:
    return ".".join(str(key) for key in place) or "the pack"


def _within(place: Place) -> str:
    return f" in {_name(place)}" if place else ""
