"""Fill the league table of a month from the archive, as of its cut-off, and say where it stands on its way to the public."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.reporting.core.charter import Charter
from services.reporting.core.forms import league_words as words
from services.reporting.core.forms.archive import Archive, Ask, Event
from services.reporting.core.forms.form import Form, Sheet
from services.reporting.core.forms.words import as_of_words, moment_words
from services.reporting.core.league.formula import Formula, Month, cut_off, formula_for, objections_until
from services.reporting.core.league.scoring import Table, score
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

PUBLISHED: Final = "league.published"


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What a named person published of a month: as of which moment, by which version, who stands where."""

    period: str
    cut_off: datetime
    formula: str
    ranks: Mapping[str, int]
    by: str
    document_no: str
    at: datetime


def fill(archive: Archive, month: Month, as_of: datetime, *, settled: bool = False) -> Table | None:
    """The table of the month; None where the committee has no formula for it.

    Nothing known after the cut-off counts, unless it was `settled` by `as_of` that an objection was right.
    """
    formula = _formula(archive, month)
    charter = archive.charter
    if formula is None or charter is None:
        return None
    said = publication(archive, month)
    moment = as_of if settled else min(as_of, cut_off(formula, month))
    if said is not None:
        moment = said.cut_off
    return _scored(archive, charter, formula, month, moment, _before(archive, charter, month))


def publication(archive: Archive, month: Month) -> Publication | None:
    """What was published of the month, the last word of several."""
    told = [event for event in archive.events([PUBLISHED], None, None) if event.text("period") == str(month)]
    return _publication(told[-1]) if told else None


def state_words(archive: Archive, table: Table, as_of: datetime) -> str:
    """Where the table stands: a preview, open to objections, waiting for publication, or published by whom."""
    said = publication(archive, table.month)
    if said is not None:
        number = f"，{said.document_no}" if said.document_no else ""
        return f"已公布（{moment_words(said.at)}{number}）"
    if as_of < table.cut_off:
        return "预览（截止时间未到）"
    until = objections_until(table.formula, table.month)
    return f"异议期（至{moment_words(until)}）" if as_of < until else "异议期已过，待公布"


def build(ask: Ask, archive: Archive) -> Form:
    """The league table of the day's month as a form."""
    month = Month(ask.day.year, ask.day.month)
    table = fill(archive, month, ask.as_of)
    if table is not None:
        return words.form(ask, table, state=state_words(archive, table, ask.as_of))
    sheet = Sheet(
        name="月晾晒",
        title=words.TITLE,
        notes=(as_of_words(ask.as_of), f"{archive.divisions.full_name(ask.tenant)}在{month}没有月晾晒评价办法。"),
    )
    name = f"{words.TITLE}-{month}"
    return Form(kind=ask.kind, title=words.TITLE, name=name, tenant=ask.tenant, as_of=ask.as_of, sheets=(sheet,))


def _formula(archive: Archive, month: Month) -> Formula | None:
    return formula_for(archive.charter.root, month, archive.formulas) if archive.charter else None


def _before(archive: Archive, charter: Charter, month: Month) -> Mapping[str, int]:
    """The places of the month before: as published, else as of its own cut-off."""
    said = publication(archive, month.previous)
    if said is not None:
        return said.ranks
    formula = _formula(archive, month.previous)
    if formula is None:
        return {}
    moment = cut_off(formula, month.previous)
    table = _scored(archive, charter, formula, month.previous, moment, {})
    return {place.unit: place.rank for place in table.places if place.rank is not None}


def _scored(
    archive: Archive, charter: Charter, formula: Formula, month: Month, moment: datetime, before: Mapping[str, int]
) -> Table:
    units = [(unit.id, unit.title) for group in formula.units for unit in charter.lists.get(group, ())]
    selection = Selection(scope=scope_of(charter.root, archive.divisions), reported_until=month.ends)
    rows = _by_unit(archive.rows(selection, baseline=moment), [code for code, _ in units], archive)
    return score(formula, month, units, rows, as_of=moment, cut_off=cut_off(formula, month), before=before)


def _by_unit(rows: Iterable[HazardRow], codes: Sequence[str], archive: Archive) -> dict[str, list[HazardRow]]:
    known = set(codes)
    of: dict[str, str | None] = {}
    found: dict[str, list[HazardRow]] = {}
    for row in rows:
        if row.tenant not in of:
            chain = (row.tenant, *(above.code for above in archive.divisions.ancestors(row.tenant)))
            of[row.tenant] = next((code for code in chain if code in known), None)
        unit = of[row.tenant]
        if unit is not None:
            found.setdefault(unit, []).append(row)
    return found


def _publication(event: Event) -> Publication:
    rows = event.data.get("rows") or ()
    return Publication(
        period=event.text("period"),
        cut_off=datetime.fromisoformat(event.text("cut_off")),
        formula=event.text("formula"),
        ranks={str(row["unit"]): int(row["rank"]) for row in rows if row.get("rank") is not None},
        by=event.text("by"),
        document_no=event.text("document_no"),
        at=event.time,
    )
