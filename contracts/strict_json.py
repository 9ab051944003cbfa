"""Read JSON that no two readers would read differently: what is ambiguous, broken or too deep is named, never guessed.

JSON libraries disagree on duplicate keys, NaN, NUL, lone surrogates, deep nesting and bad UTF-8, and each of these has
been a poison pill somewhere behind a door.
"""

import json
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final, NamedTuple, NoReturn

MAX_DEPTH: Final = 32
"""Nested objects and arrays; the deepest event of the interface has four."""

MAX_INTEGER: Final = 2**63 - 1
"""A whole number must fit a signed 64-bit integer, which is what every reader of ours can hold."""

STRING: Final = re.compile(rb'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)
"""A string, closed or cut off at the end; possessive, so that no body makes the scan quadratic."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Tolerated: exports of Windows programs begin with one."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Fault(StrEnum):
    """Why bytes are no JSON that can be trusted."""

    EMPTY = "empty"
    NUL_CHARACTER = "nul_character"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    LONE_SURROGATE = "lone_surrogate"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    NUMBER_NOT_FINITE = "number_not_finite"
    NOT_JSON = "not_json"


class Unfit(NamedTuple):
    """What is wrong; `detail` may quote the body, for who sent it and for the dead letter."""

    fault: Fault
    detail: str = ""


class _UnfitError(Exception):
    """Leaves the JSON reader with what is wrong."""

    def __init__(self, fault: Fault, detail: str) -> None:
        self.unfit = Unfit(fault, detail)


def bounded_integer(digits: str) -> int:
    """A whole number that every reader of ours can hold."""
    # Nineteen digits and a sign; a longer text would also be slow to convert.
    if len(digits) > 20 or not -MAX_INTEGER <= int(digits) <= MAX_INTEGER:  # noqa: PLR2004
        raise _UnfitError(Fault.NUMBER_OUT_OF_RANGE, digits[:40])
    return int(digits)


def read(body: bytes, *, parse_int: Callable[[str], int] = bounded_integer) -> Any:
    """Return what `body` says, or `Unfit`. Never raises, whatever the bytes; `int` as `parse_int` takes any number."""
    body = body.removeprefix(BYTE_ORDER_MARK)
    if not body.strip():
        return Unfit(Fault.EMPTY)
    if b"\x00" in body:
        return Unfit(Fault.NUL_CHARACTER, f"at byte {body.index(0)}")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return Unfit(Fault.NOT_UTF8, f"at byte {error.start}")
    if _depth(body) > MAX_DEPTH:
        return Unfit(Fault.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    try:
        tree = json.loads(
            text,
            object_pairs_hook=_object_without_repeats,
            parse_int=parse_int,
            parse_float=_finite_float,
            parse_constant=_refuse_constant,
        )
    except _UnfitError as error:
        return error.unfit
    except ValueError as error:
        return Unfit(Fault.NOT_JSON, str(error))
    return _bad_text(tree) or tree


def _depth(body: bytes) -> int:
    """Return the deepest nesting, reading brackets outside strings only."""
    depth = deepest = 0
    for char in STRING.sub(b"", body):
        if char in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in b"]}":
            depth -= 1
    return deepest


def _bad_text(tree: object) -> Unfit | None:
    """Look for characters that escapes can smuggle into a string: NUL and halves of a surrogate pair."""
    for text in _texts(tree):
        if "\x00" in text:
            return Unfit(Fault.NUL_CHARACTER, "as the escape \\u0000")
        if _SURROGATE.search(text):
            return Unfit(Fault.LONE_SURROGATE, "an escape names half of a surrogate pair")
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


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _UnfitError(Fault.DUPLICATE_KEY, repeated[:80].encode("unicode_escape").decode())
    return members


def _finite_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _UnfitError(Fault.NUMBER_OUT_OF_RANGE, digits[:40])
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise _UnfitError(Fault.NUMBER_NOT_FINITE, name)
