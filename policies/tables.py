"""Read the tables that ship beside the packs: the clauses of the notices, and which days are worked."""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

CLAUSES: Final = "clauses.csv"
TRAPS: Final = "traps.csv"
WORKDAYS: Final = "workdays.csv"


class ClauseRow(NamedTuple):
    """One clause: the notice it stands in, its words, what it becomes here, and what will hold it where no test does."""

    clause: str
    notice: str
    quotation: str
    becomes: str
    held_by: str


@cache
def clauses() -> Mapping[str, ClauseRow]:
    """Every clause by its id, in the order of the notices."""
    return {row["clause"]: ClauseRow(**row) for row in _rows(CLAUSES)}


class TrapRow(NamedTuple):
    """One trap that several notices together lay for a rule engine, and what will hold it where no test does."""

    trap: str
    words: str
    held_by: str


@cache
def traps() -> Mapping[str, TrapRow]:
    """Every trap by its id."""
    return {row["trap"]: TrapRow(**row) for row in _rows(TRAPS)}


SEEDED_THROUGH: Final = 2026
"""The last year with which an installation begins. It is never raised: a later year that a release brings in the table is
published as a fact (`bihuan calendar publish`), so that the log knows when it became known, and a replay counts the same."""


@cache
def workdays() -> Mapping[date, bool]:
    """The days that the State Council's notices set apart: True is worked though it is a weekend, False is free."""
    return {date.fromisoformat(row["day"]): row["kind"] == "working_day" for row in _rows(WORKDAYS)}


@cache
def festivals() -> Mapping[date, str]:
    """The free days of the State Council's notices, each by the name of its holiday: 元旦, 春节, 清明, 劳动节, 端午, 中秋, 国庆节."""
    rows = (row for row in _rows(WORKDAYS) if row["kind"] == "holiday")
    return {date.fromisoformat(row["day"]): row["name"] for row in rows}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("policies").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
