"""Refuse bytes that no model should ever see.

JSON libraries disagree on duplicate keys, NaN, NUL, lone surrogates, deep nesting and bad UTF-8, and each of these has
been a poison pill somewhere behind a door. Here they are refused once, by name, before any model reads the body.

Two ways lead to the same answer. The quick one serves a clean body (no escapes, few brackets), which nearly all are;
whatever it does not vouch for is read again slowly, and only the slow reader refuses.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from services.intake.core.reasons import Reason

#: Bytes of one event; photographs travel as links.
MAX_BYTES = 1024 * 1024
#: Nested objects and arrays; the deepest event of the interface has four.
MAX_DEPTH = 32
#: A whole number must fit a signed 64-bit integer, which is what every reader of ours can hold.
MAX_INTEGER = 2**63 - 1

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A string, closed or cut off at the end; possessive, so that no body makes the scan quadratic.
_STRING = re.compile(rb'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a body was not read."""

    reason: Reason
    #: Where and what, in English, for the log and the dead letter.
    detail: str = ""


def read_object(body: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, Any] | Refusal:
    """Return the JSON object in `body`, or why there is none that can be trusted.

    Never raises, whatever the bytes. A byte order mark is tolerated: exports of Windows programs begin with one.
    """
    if len(body) > max_bytes:
        return Refusal(Reason.TOO_LARGE, f"{len(body)} bytes, the limit is {max_bytes}")
    tree = _read_quickly(body)
    return tree if tree is not None else _read_slowly(body)


def split_array(body: bytes) -> list[bytes] | Refusal:
    """Cut a JSON array into the bytes of its elements without reading them.

    An element may be malformed inside (NaN, bad UTF-8, deep nesting): it is cut out by its brackets and refused on its
    own later, so that one bad event never sinks its batch. Only a body that is no array at all is refused here.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _split_by_brackets(body)


def _read_quickly(body: bytes) -> dict[str, Any] | None:
    """Return the object of a clean body; None where a closer look is needed."""
    if b"\\" in body or b" :" in body or b"\n:" in body or b"\t:" in body or b"\r:" in body:
        return None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        return None
    try:
        body.decode()
        tree = _decode(body)
    except (UnicodeDecodeError, msgspec.MsgspecError, RecursionError):
        return None
    # Without a backslash every `":` in the body ends one key, so fewer keys than these means a repeated one.
    if type(tree) is dict and _count_keys(tree) == body.count(b'":'):
        return tree
    return None


def _count_keys(value: dict[str, Any] | list[Any]) -> int:
    """Count the keys of all objects in a tree; -1 or less where a whole number is out of range."""
    if type(value) is dict:
        count = len(value)
        members: Any = value.values()
    else:
        count = 0
        members = value
    for member in members:
        kind = type(member)
        if kind is dict or kind is list:
            count += _count_keys(member)
        elif kind is int and not -MAX_INTEGER <= member <= MAX_INTEGER:
            return -len(value) - MAX_BYTES
    return count


def _read_slowly(body: bytes) -> dict[str, Any] | Refusal:
    """Read any body and say exactly what is wrong with it."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not body.strip():
        return Refusal(Reason.EMPTY)
    if b"\x00" in body:
        return Refusal(Reason.NUL_CHARACTER, f"at byte {body.index(0)}")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return Refusal(Reason.NOT_UTF8, f"at byte {error.start}")
    if _depth(body) > MAX_DEPTH:
        return Refusal(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    try:
        tree = json.loads(
            text,
            object_pairs_hook=_object_without_repeats,
            parse_int=_bounded_integer,
            parse_float=_finite_float,
            parse_constant=_refuse_constant,
        )
    except _RefusedError as refused:
        return refused.refusal
    except ValueError as error:
        return Refusal(Reason.NOT_JSON, str(error))
    if not isinstance(tree, dict):
        return Refusal(Reason.NOT_AN_OBJECT, f"it is a {type(tree).__name__}")
    return _refuse_bad_text(tree) or tree


def _depth(body: bytes) -> int:
    """Return the deepest nesting, reading brackets outside strings only."""
    depth = deepest = 0
    for char in _STRING.sub(b"", body):
        if char in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"]}":
            depth -= 1
    return deepest


def _refuse_bad_text(tree: dict[str, Any]) -> Refusal | None:
    """Look for characters that escapes can smuggle into a string: NUL and halves of a surrogate pair."""
    for text in _texts(tree):
        if "\x00" in text:
            return Refusal(Reason.NUL_CHARACTER, "as the escape \\u0000")
        if _SURROGATE.search(text):
            return Refusal(Reason.LONE_SURROGATE, "an escape names half of a surrogate pair")
    return None


def _texts(value: object) -> Iterator[str]:
    """Yield every key and every string of a tree."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


class _RefusedError(Exception):
    """Leaves the JSON reader with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RefusedError(Refusal(Reason.DUPLICATE_KEY, repeated[:80].encode("unicode_escape").decode()))
    return members


def _bounded_integer(digits: str) -> int:
    # Nineteen digits and a sign; a longer text would also be slow to convert.
    if len(digits) > 20 or not -MAX_INTEGER <= int(digits) <= MAX_INTEGER:  # noqa: PLR2004
        raise _RefusedError(Refusal(Reason.NUMBER_OUT_OF_RANGE, digits[:40]))
    return int(digits)


def _finite_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _RefusedError(Refusal(Reason.NUMBER_OUT_OF_RANGE, digits[:40]))
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise _RefusedError(Refusal(Reason.NUMBER_NOT_FINITE, name))


def _split_by_brackets(body: bytes) -> list[bytes] | Refusal:
    """Cut an array whose elements no JSON reader takes, by counting brackets outside strings."""
    inner = body.strip()
    if not (inner.startswith(b"[") and inner.endswith(b"]")):
        return Refusal(Reason.NOT_JSON, "the body is no JSON array")
    inner = inner[1:-1]
    pieces: list[bytes] = []
    depth = start = 0
    for token in re.finditer(_STRING.pattern + rb"|[\[\]{},]", inner, re.DOTALL):
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
            if depth < 0:
                return Refusal(Reason.NOT_JSON, "brackets do not match")
        elif mark == b"," and depth == 0:
            pieces.append(inner[start : token.start()].strip())
            start = token.end()
    if depth:
        return Refusal(Reason.NOT_JSON, "brackets do not match")
    return [*pieces, inner[start:].strip()]
