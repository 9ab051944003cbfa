"""Send many rows in one statement: each column is one binary array, built here because that is the hottest loop."""

import datetime as dt
import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

from runtime.database import Work

Columns = Mapping[str, str]
"""The columns of some rows, each with its kind out of `_KINDS`.

`utf8` is text that comes as bytes, `word` text of which there are few, such as codes and names of types.
"""

Cursor = psycopg.Cursor[tuple[Any, ...]]

_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # PostgreSQL counts microseconds from here
_MICROSECOND = dt.timedelta(microseconds=1)
_NULL = struct.pack("!i", -1)
_LENGTHS = [struct.pack("!i", length) for length in range(4096)]  # nearly every value is shorter
_ONE_INT8 = struct.Struct("!iq").pack  # its length, 8, and itself
_MOST_WORDS = 100_000
_HEADER = struct.Struct("!5i")  # dimensions, has NULL, type of the elements, their number, first index


class _Array:
    """One column on its way to the server."""

    __slots__ = ("oid", "value")

    def __init__(self, oid: int, value: bytes) -> None:
        self.oid = oid
        self.value = value


class _Dumper(Dumper):
    """Hands over bytes that are in the server's binary form already; one subclass for each type of array."""

    format = Format.BINARY

    def dump(self, obj: _Array) -> bytes:
        return obj.value

    def get_key(self, obj: _Array, format: PyFormat) -> tuple[type, int]:  # type: ignore[override]  # noqa: A002, ARG002 (its contract)
        """Tell arrays of different types apart."""
        return self.cls, obj.oid

    def upgrade(self, obj: _Array, format: PyFormat) -> "_Dumper":  # noqa: A002, ARG002 (its contract)
        """Answer with a dumper that names this array's type."""
        dumper = _Dumper(self.cls)
        dumper.oid = obj.oid
        return dumper


def cursor(work: Work) -> Cursor:
    """A cursor that sends and receives in binary form and knows the columns of `run`."""
    made = work.connection.cursor(binary=True)
    made.adapters.register_dumper(_Array, _Dumper)
    return made


class Statement:
    """A statement over rows: its `{rows}` stands for them as `unnest(..) AS u(<columns>)`."""

    def __init__(self, text: str, columns: Columns) -> None:
        arrays = ", ".join(f"%b::{_KINDS[kind].type}[]" for kind in columns.values())
        self.query = text.replace("{rows}", f"unnest({arrays}) AS u({', '.join(columns)})").encode()
        self.kinds = tuple(columns.values())


def run(using: Cursor, statement: Statement, rows: Sequence[Sequence[Any]], *parameters: Any) -> None:
    """Run a statement over rows, `parameters` after them; nothing for no rows."""
    if rows:
        values = zip(*rows, strict=True)
        using.execute(statement.query, [*map(column, statement.kinds, values), *parameters])


def column(kind: str, values: Sequence[Any]) -> _Array:
    """One column as the parameter of a statement; `timestamptz`, `text` and `word` may hold None."""
    found = _KINDS[kind]
    body, has_null = found.encode(values)
    return _Array(found.array_oid, _HEADER.pack(1, has_null, found.oid, len(values), 1) + body)


def _length(size: int) -> bytes:
    return _LENGTHS[size] if size < len(_LENGTHS) else struct.pack("!i", size)


def _texts(values: Sequence[str | None]) -> tuple[bytes, bool]:
    if None in values:
        return b"".join(_NULL if value is None else _sized(value.encode()) for value in values), True
    return _bytes([value.encode() for value in values])  # type: ignore[union-attr]  # no None is among them


class _Words(dict[str | None, bytes]):
    """Words as they travel, with their length; made once, and all forgotten where they turn out to be too many."""

    def __missing__(self, word: str | None) -> bytes:
        if len(self) >= _MOST_WORDS:
            self.clear()
        made = self[word] = _NULL if word is None else _sized(word.encode())
        return made


_known_words = _Words()


def _words(values: Sequence[str | None]) -> tuple[bytes, bool]:
    return b"".join(map(_known_words.__getitem__, values)), None in values


def _sized(value: bytes) -> bytes:
    return _length(len(value)) + value


def _bytes(values: Sequence[bytes]) -> tuple[bytes, bool]:
    try:
        lengths = [_LENGTHS[len(value)] for value in values]
    except IndexError:  # one of them is long
        lengths = [_length(len(value)) for value in values]
    return b"".join(chain.from_iterable(zip(lengths, values, strict=True))), False


def _numbers(code: str, size: int) -> Callable[[Sequence[int]], tuple[bytes, bool]]:
    def encode(values: Sequence[int]) -> tuple[bytes, bool]:
        pairs = [size] * (2 * len(values))
        pairs[1::2] = values
        return struct.pack("!" + ("i" + code) * len(values), *pairs), False

    return encode


_int8s = _numbers("q", 8)


def _instants(values: Sequence[dt.datetime | None]) -> tuple[bytes, bool]:
    if None in values:
        return b"".join(
            [_NULL if value is None else _ONE_INT8(8, (value - _EPOCH) // _MICROSECOND) for value in values]
        ), True
    return _int8s([(value - _EPOCH) // _MICROSECOND for value in values])  # type: ignore[operator]  # no None is among them


class _Kind(NamedTuple):
    """A type by its name, its number and the number of its arrays, which never change, and how a column is encoded."""

    type: str
    oid: int
    array_oid: int
    encode: Callable[[Any], tuple[bytes, bool]]


_KINDS: Mapping[str, _Kind] = {
    "text": _Kind("text", 25, 1009, _texts),
    "word": _Kind("text", 25, 1009, _words),
    "utf8": _Kind("text", 25, 1009, _bytes),
    "bytea": _Kind("bytea", 17, 1001, _bytes),
    "int4": _Kind("int4", 23, 1007, _numbers("i", 4)),
    "int8": _Kind("int8", 20, 1016, _int8s),
    "timestamptz": _Kind("timestamptz", 1184, 1185, _instants),
}
