"""Explain decisions so that an official can read them out, and say in words how two versions of a pack differ."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from contracts.decisions import Decision
    from contracts.facts import Fact
    from services.escalation.core.law import Law
    from services.escalation.core.policy import Pack

FAILED = 1
FROM_INPUT = "-"
MOST_MOVES = 100


def explain(
    decision: Annotated[
        str,
        typer.Argument(
            help="A file of decision records, one a line (as simulate prints them); - for the input; or the id of a decision."
        ),
    ],
    policy: Annotated[
        list[str] | None, typer.Option(help="A pack's id or file, beside those that ship. Repeatable.")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="The events it rests on, one a line.", exists=True)] = None,
    tenants: Annotated[Path | None, typer.Option(help="Another division table (CSV).", exists=True)] = None,
) -> None:
    """Say under which rule, version and clause a decision was taken, on which facts, and which days were counted."""
    from policies import tables
    from services.escalation.core.explaining import explain as told

    law = _law(policy or [], tenants)
    try:
        records, facts = _told(decision, events, law)
    except (LookupError, ValueError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from None
    kept, law = _kept(law)
    packs = {(pack.id, pack.version): pack for pack in law.packs} | kept
    for place, one in enumerate(records):
        if place:
            print()
        pack = packs.get((one[0].policy.id, one[0].policy.version))
        calendar = law.calendar_of(one[0].committee)
        for line in [*told(one, pack, tables.clauses(), calendar, facts), *_moved(one[0])]:
            print(line)


def diff(
    old: Annotated[str, typer.Argument(help="A pack's id or file; its children come along.")],
    new: Annotated[str, typer.Argument(help="The same of the pack that it is compared with.")],
    tenants: Annotated[Path | None, typer.Option(help="Another division table (CSV).", exists=True)] = None,
) -> None:
    """Say in words what changes for each tenant from one version of a pack to another."""
    from bihuan.simulate import named_packs, read_divisions
    from services.escalation.core.differences import differences

    lines = differences(list(named_packs([old])), list(named_packs([new])), read_divisions(tenants))
    for line in lines or ["两个版本没有差别。"]:
        print(line)


def _law(names: list[str], tenants: Path | None) -> "Law":
    from bihuan.simulate import named_packs, read_divisions
    from services.escalation.core.law import Law
    from services.escalation.packs import read_packs, work_calendar

    own = os.environ.get("BIHUAN_POLICIES_DIR")
    packs: dict[tuple[str, str], Pack] = {
        (found.pack.id, found.pack.version): found.pack for found in read_packs(Path(own) if own else None)
    }
    packs |= {(pack.id, pack.version): pack for pack in named_packs(names)}
    return Law(list(packs.values()), read_divisions(tenants), work_calendar())


def _kept(law: "Law") -> "tuple[dict[tuple[str, str], Pack], Law]":
    """Every version that the database keeps, and the law with its calendars; none where there is no database to ask."""
    from pydantic import ValidationError

    from bihuan.policy_book import opened
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings
    from services.escalation.core.calendar_changes import changed
    from services.escalation.packs import read_pack
    from services.escalation.store import calendars, lawbook

    try:
        with opened(ProcessSettings()) as using:
            texts = [lawbook.text_of(using, row.pack, row.version) for row in lawbook.kept(using)]
            changes = calendars.changes(using)
    except (ValidationError, Unavailable):
        return {}, law
    for change in changes:
        law = changed(law, change)
    return {found.version: found.pack for found in (read_pack(text) for text in texts if text)}, law


def _moved(record: "Decision") -> Iterator[str]:
    """How changes of the calendar moved the dates of the decision's subject."""
    from pydantic import ValidationError

    from bihuan.policy_book import opened_work
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings
    from services.escalation.core.recounted_words import sentence
    from services.escalation.store import calendars

    try:
        with opened_work(ProcessSettings()) as work:
            found = calendars.journal(work, committee=record.committee, case_id=record.subject.id, limit=MOST_MOVES)
    except (ValidationError, Unavailable):
        return
    yield from (f"重算：{sentence(line)}" for line in reversed(found) if line.rule == record.rule)


def _told(decision: str, events: Path | None, law: "Law") -> tuple[list[list["Decision"]], Mapping[str, "Fact"]]:
    """The records of each decision in their order, and the facts that are at hand, by id."""
    from bihuan.event_file import read_events

    if decision != FROM_INPUT and not Path(decision).is_file():
        return _stored(decision, law.committees())
    text = sys.stdin.read() if decision == FROM_INPUT else Path(decision).read_text(encoding="utf-8")
    facts = {fact.id: fact for fact in read_events(events, law)[0]} if events else {}
    return _by_decision(_read(text)), facts


def _read(text: str) -> Iterator["Decision"]:
    import msgspec

    from contracts.decisions import Decision

    decoder = msgspec.json.Decoder(Decision)
    try:
        yield decoder.decode(text)
    except msgspec.MsgspecError as whole:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) <= 1:
            raise ValueError(f"no decision record: {whole}") from whole
        for number, line in lines:
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise ValueError(f"line {number}: no decision record: {error}") from error


def _by_decision(records: Iterator["Decision"]) -> list[list["Decision"]]:
    found: dict[str, list[Decision]] = {}
    for record in records:
        found.setdefault(record.decision_id, []).append(record)
    return list(found.values())


def _stored(decision_id: str, committees: Sequence[str]) -> tuple[list[list["Decision"]], Mapping[str, "Fact"]]:
    """The same from the database; LookupError where there is none, or no such decision in it."""
    from pydantic import ValidationError

    from runtime import codec
    from runtime.database import Database
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings
    from services.escalation.store import reading

    try:
        url = ProcessSettings().database_url.get_secret_value()
    except ValidationError:
        raise LookupError(f"{decision_id}: no such file, and no database to look for such an id") from None
    database = Database(url, schema="escalation", application_name="bihuan policy", pool_size=1)
    try:
        with closing(database), database.begin() as work:
            records = [
                record for text in reading.history(work, committees, decision_id) for record in _read(text.decode())
            ]
            named: Sequence[str] = sorted({name for record in records for name in record.facts})
            documents = reading.grounds(work, records[0].committee, decision_id, named) if records else []
    except Unavailable as error:
        raise LookupError(f"{decision_id}: the database cannot be asked: {error}") from error
    if not records:
        raise LookupError(f"{decision_id}: no such file, and no such decision in the database")
    facts = [codec.decode(document) for document in documents]
    return [records], {fact.id: fact for fact in facts}
