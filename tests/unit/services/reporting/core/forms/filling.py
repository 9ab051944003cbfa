"""Fill a form from a list of facts, and find its rows."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from contracts.divisions import load
from contracts.facts import Fact
from services.reporting.core.charter import charter_for
from services.reporting.core.forms.archive import Ask
from services.reporting.core.forms.kinds import KINDS
from services.reporting.core.forms.spans import first_day
from services.reporting.exports import document
from services.reporting.packs import charters
from tests.unit.services.reporting.facts import at
from tests.unit.services.reporting.memory import MemoryArchive

DIVISIONS = load()


def filled(
    kind: str, facts: Sequence[Fact], moment: str, *, day: str = "", team: str = "", tenant: str = "330400"
) -> dict[str, Any]:
    """The sheets of a form of 嘉兴 (or another tenant) as of a moment, for its day unless another is named."""
    charter = charter_for(tenant, charters(None), DIVISIONS)
    until = date.fromisoformat(day or moment[:10])
    ask = Ask(
        kind=kind,
        tenant=tenant,
        day=until,
        since=first_day(KINDS[kind].span, until, charter),
        as_of=at(moment),
        team=team,
    )
    archive = MemoryArchive(facts, ask, charter, DIVISIONS)
    printed = json.loads(b"".join(document.stream(KINDS[kind].build(ask, archive))))
    return {sheet["name"]: sheet for sheet in printed["sheets"]}


def figures(sheet: dict[str, Any]) -> dict[str, int]:
    """What each figure of the paragraphs says, by its label."""
    parts = [part for paragraph in sheet["paragraphs"] for part in paragraph]
    return {part["label"]: part["value"] for part in parts if isinstance(part, dict)}


def line(sheet: dict[str, Any], head: str, place: int = 0) -> list[Any]:
    """The row that has `head` at a place, figures as their values."""
    row = next(row for row in sheet["rows"] if row[place] == head)
    return [cell["value"] if isinstance(cell, dict) else cell for cell in row]


def ids(sheet: dict[str, Any], place: int) -> list[str]:
    """What stands at a place of each row, sorted."""
    return sorted(row[place] for row in sheet["rows"])
