"""Refuse bytes that no model should ever see, by name, before any model reads the body.

Two ways lead to the same answer. The quick one serves a clean body (no escapes, few brackets), which nearly all are;
whatever it does not vouch for is read again slowly (`contracts.strict_json`), and only the slow reader refuses.
"""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from contracts import strict_json
from contracts.strict_json import BYTE_ORDER_MARK, MAX_DEPTH, MAX_INTEGER, STRING, Unfit
from services.intake.core.reasons import Reason

#: Bytes of one event; photographs travel as links.
MAX_BYTES = 1024 * 1024

_decode = msgspec.json.Decoder().decode
_SPACED = ((b" ", b" :"), (b"\n", b"\n:"), (b"\t", b"\t:"), (b"\r", b"\r:"))


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
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        return [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _split_by_brackets(body)


def _read_quickly(body: bytes) -> dict[str, Any] | None:
    """Return the object of a clean body; None where a closer look is needed."""
    if b"\\" in body:
        return None
    for space, behind_a_key in _SPACED:  # one byte is found much faster than two, and most bodies hold few of them
        if space in body and behind_a_key in body:
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
    tree = strict_json.read(body)
    if isinstance(tree, Unfit):
        return Refusal(Reason(tree.fault), tree.detail)
    if not isinstance(tree, dict):
        return Refusal(Reason.NOT_AN_OBJECT, f"it is a {type(tree).__name__}")
    return tree


def _split_by_brackets(body: bytes) -> list[bytes] | Refusal:
    """Cut an array whose elements no JSON reader takes, by counting brackets outside strings."""
    inner = body.strip()
    if not (inner.startswith(b"[") and inner.endswith(b"]")):
        return Refusal(Reason.NOT_JSON, "the body is no JSON array")
    inner = inner[1:-1]
    pieces: list[bytes] = []
    depth = start = 0
    for token in re.finditer(STRING.pattern + rb"|[\[\]{},]", inner, re.DOTALL):
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
