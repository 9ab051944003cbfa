"""What a form is: sheets of paragraphs, heads and rows, whose every figure opens onto what it counts.

A form says nothing of paper: `services.reporting.exports` prints any form as a workbook, a page, a table or a document.
Rows may be a generator, so that a hundred thousand of them never stand in memory at once.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A number with what it counts: full names of hazards, else ids of what was counted (`inspection:…`, `site:…`).

    `value` None means that there is nothing to say, never zero. `label` names the figure where its place does not.
    """

    value: int | float | None
    of: tuple[str, ...] = ()
    label: str = ""


Value = str | int | float | date | datetime | Figure | None
"""What a cell may hold. An instant is printed in Asia/Shanghai to the minute."""

Paragraph = tuple[str | Figure, ...]
"""A sentence with its figures in it."""


class Column(msgspec.Struct, frozen=True):
    """One column: its head, its width in half-width characters, and the head above it that it shares with neighbours."""

    title: str
    width: float = 12
    group: str = ""
    centred: bool = False
    percent: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One table on its own sheet: title, a line of heads, paragraphs above the table, notes below it."""

    name: str
    title: str
    columns: tuple[Column, ...] = ()
    rows: Iterable[Sequence[Value]] = ()
    heads: tuple[str, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = "（零报告）"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form. `as_of` is the moment up to which everything known is counted; `name` names the file."""

    kind: str
    title: str
    name: str
    tenant: str
    as_of: datetime
    sheets: tuple[Sheet, ...]


def count(of: Iterable[str], label: str = "") -> Figure:
    """How many there are, each once."""
    each = tuple(sorted(set(of)))
    return Figure(len(each), each, label)


def share(part: int, whole: int, of: Iterable[str] = (), label: str = "") -> Figure:
    """A part of a whole as a fraction of one; nothing of nothing is nothing, not zero."""
    return Figure(round(part / whole, 4) if whole else None, tuple(sorted(set(of))), label)
