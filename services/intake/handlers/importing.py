"""Import a ledger: rows to events by a mapping, and only what is new, changed or unsaid goes into the log."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from contracts.vocabulary import Door
from runtime.clock import Clock
from runtime.database import Database, Work
from services.intake.core.admission import Admission
from services.intake.core.ledger.day_form import LAYOUT, DayForm, dated
from services.intake.core.ledger.day_form import implied as implied_by_form
from services.intake.core.ledger.mapping import MappingFile
from services.intake.core.ledger.reconcile import VOIDED, Act, Known, Said, Sending, reconcile
from services.intake.core.ledger.rows import BadRow, Implied, Statement, imply, repeated
from services.intake.core.ledger.tables import Row, check_columns
from services.intake.core.reasons import EXPLANATIONS, Reason
from services.intake.core.registry import Source
from services.intake.core.validation import Accepted, Refused
from services.intake.handlers.taking import Outcome, settle
from services.intake.store import ledgers
from services.intake.store.ledgers import Job

#: Rows of one transaction: what is broken off half-way is done again by the next import and adds nothing twice.
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants imported, and how."""

    rows: Sequence[Row]
    #: None where `form` is a daily form, which is its own mapping.
    mapping: MappingFile | None
    source: Source
    tenant: str
    #: For whom whoever asks may speak, whatever the rows say; the source's rights bound it further.
    tenants: tuple[str, ...]
    historic: bool
    dry_run: bool
    file_name: str
    file_body: bytes
    asked_by: str
    form: DayForm | None = None

    @property
    def layout(self) -> str:
        """What the rows are read by."""
        return self.mapping.id if self.mapping else LAYOUT

    def read(self) -> Iterator[Implied | BadRow]:
        """Read every row that is not skipped."""
        if self.form is not None:
            yield from implied_by_form(self.form)
        elif self.mapping is not None:
            for row in self.rows:
                if (read := imply(row, self.mapping, self.tenant)) is not None:
                    yield read


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of an import; `kept` are rows that are in with a remark."""

    job: UUID | None
    rows: int = 0
    acts: Tally[str] = field(default_factory=Tally)
    types: Tally[str] = field(default_factory=Tally)
    refused: list[BadRow] = field(default_factory=list)
    kept: list[Implied] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Rows, refused rows, and events by what was done about them."""
        return {
            "rows": self.rows,
            "refused": len(self.refused),
            **{act.value: self.acts[act] for act in Act},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Imports ledgers into one database."""

    database: Database
    clock: Clock

    def run(self, wish: Wish, admission: Admission) -> Report:
        """Import; raises BadTableError where the table is not the one the mapping describes."""
        if wish.mapping is not None:
            check_columns(wish.rows, wish.mapping.columns())
        job = self._job(wish)
        report = Report(job=None if wish.dry_run else job.id)
        if not wish.dry_run:
            with self._begin(wish) as work:
                ledgers.begin(work, job)
        judge = _Judge(admission, wish, self.clock.now())
        rows = list(judge.rows(report))
        for start in range(0, len(rows), CHUNK):
            with self._begin(wish) as work:
                self._take(work, rows[start : start + CHUNK], judge, report)
        report.refused.sort(key=lambda bad: bad.row.number)
        if not wish.dry_run:
            with self._begin(wish) as work:
                refused = [described(bad) for bad in report.refused]
                ledgers.finish(work, job, at=self.clock.now(), counts=report.counts, refused=refused)
        return report

    @contextmanager
    def _begin(self, wish: Wish) -> Iterator[Work]:
        with self.database.begin() as work:
            work.concerns.add(wish.tenant)
            yield work

    def _job(self, wish: Wish) -> Job:
        return Job(
            id=self.clock.uuid(),
            started_at=self.clock.now(),
            slug=wish.source.slug,
            tenant=wish.tenant,
            mapping=wish.layout,
            file_name=wish.file_name,
            file_digest=sha256(wish.file_body).digest(),
            historic=wish.historic,
            asked_by=wish.asked_by,
        )

    def _take(self, work: Work, rows: Sequence["_Judged"], judge: "_Judge", report: Report) -> None:
        """Compare some rows with what they said before and take in the difference, in the caller's transaction."""
        slug = judge.wish.source.slug
        ledgers.lock(work, slug)
        known = ledgers.known(work, slug, [row.implied.key for row in rows])
        events: list[Accepted] = []
        after: list[tuple[tuple[str, str], Known]] = []
        for row in rows:
            before = known.get(row.implied.key, {})
            if others := judge.others(before):
                error = f"这一行的编号已由{'、'.join(others)}报送过，不在您的辖区"
                report.refused.append(BadRow(row.implied.row, Reason.NOT_ALLOWED, (error,)))
                continue
            said = judge.steady(row.said, before)
            sendings = list(reconcile(slug, row.implied.key, said, before, row.implied.stands))
            report.acts[Act.UNCHANGED] += sum(
                one.statement.kind in before and before[one.statement.kind].digest == one.digest for one in said
            )
            for sending in sendings:
                events.append(judge.event(sending))
                after.append(((row.implied.key, sending.kind), sending.after))
                report.acts[sending.act] += 1
                report.types[sending.type] += 1
        if judge.wish.dry_run:
            return
        report.outcomes += settle(work, events, received_at=self.clock.now())
        ledgers.save(work, slug, after)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row whose every statement the validator accepts."""

    implied: Implied
    said: tuple[Said, ...]


class _Judge:
    """Judges rows as what a registered source says through the ledger door."""

    def __init__(self, admission: Admission, wish: Wish, received_at: datetime) -> None:
        self.wish = wish
        self._admission = admission
        self._received_at = received_at
        self._attribute = attribute_of(wish.source)
        source = admission.of_source(wish.source, Door.LEDGER)
        tenants = admission.scopes.shared(source.tenants, wish.tenants)
        self._sender = replace(source, historic=wish.historic, tenants=tenants)
        self._standing = admission.standing(self._sender)

    def rows(self, report: Report) -> Iterator[_Judged]:
        """Yield the rows that can be taken in; the others, and remarks, go into the report."""
        implied: list[Implied] = []
        for read in self.wish.read():
            report.rows += bool(read.row.cells)
            if isinstance(read, BadRow):
                report.refused.append(read)
            else:
                implied.append(read)
        doubles = {bad.row.number: bad for bad in repeated(implied)}
        report.refused += doubles.values()
        seen: set[str] = set()
        for one in implied:
            if one.row.number in doubles or one.key in seen:
                continue
            seen.add(one.key)
            said = [self._say(statement) for statement in one.statements]
            errors = [error for each in said if isinstance(each, Refused) for error in _sentences(each)]
            if errors:
                report.refused.append(BadRow(one.row, Reason.BAD_ROW, tuple(dict.fromkeys(errors))))
                continue
            if one.remarks:
                report.kept.append(one)
            yield _Judged(one, tuple(each for each in said if isinstance(each, Said)))

    def others(self, before: Mapping[str, Known]) -> list[str]:
        """The tenants for which a row was sent before that whoever asks may not speak for."""
        told = sorted({known.tenant for known in before.values() if known.digest != VOIDED})
        return [tenant for tenant in told if not self._admission.scopes.within(tenant, self._sender.tenants)]

    def event(self, sending: Sending) -> Accepted:
        """Return the event to be taken in; a TypeError says that the validator takes no void of this kind."""
        more = {"correction": sending.correction} if sending.correction else {}
        if self.wish.form is not None:  # it names a day: when the row was written down is when the form came in
            more["recordedtime"] = max(self._received_at, sending.time).isoformat()
        judged = self._judge(sending.event_id, sending.type, sending.time, sending.tenant, sending.data, **more)
        if not isinstance(judged, Accepted):
            raise TypeError(f"{sending.kind} {sending.event_id}: {judged.reason} {judged.errors}")
        flags = tuple(dict.fromkeys((*judged.fact.flags, *sending.flags)))
        return Accepted(msgspec.structs.replace(judged.fact, flags=flags))

    def steady(self, said: Sequence[Said], before: Mapping[str, Known]) -> tuple[Said, ...]:
        """The same statements, those of a daily form at the moments that an earlier import gave them."""
        if self.wish.form is None:
            return tuple(said)
        return tuple(self._steady(one, before.get(one.statement.kind)) for one in said)

    def _steady(self, one: Said, before: Known | None) -> Said:
        if before is None or before.digest == VOIDED or before.tenant != one.statement.tenant:
            return one
        again = self._say(dated(one.statement, before.happened_at))
        return again if isinstance(again, Said) else one

    def _say(self, statement: Statement) -> Said | Refused:
        judged = self._judge(statement.kind, statement.type, statement.time, statement.tenant, statement.data)
        return judged if isinstance(judged, Refused) else Said(statement=statement, digest=judged.digest)

    def _judge(
        self, event_id: str, type_: str, time: datetime, tenant: str, data: Mapping[str, Any], **more: str
    ) -> Accepted | Refused:
        document = {
            "specversion": "1.0",
            "id": event_id,
            "source": self._attribute,
            "type": type_,
            "time": time.isoformat(),
            "tenant": tenant,
            "data": dict(data),
            **more,
        }
        return self._admission.admit(document, self._sender, self._standing, received_at=self._received_at)


def attribute_of(source: Source) -> str:
    """Return the CloudEvents `source` under which a source's ledger speaks: the first of its own."""
    return min(source.attributes)


def ledger_source(slug: str, tenant: str) -> Source:
    """Return what an unregistered ledger is registered as: it speaks for one tenant and has no topic."""
    return Source(
        slug=slug,
        name=slug,
        namespace=slug,
        tenants=(tenant,),
        attributes=frozenset({f"/ledger/{slug}"}),
        historic=True,
    )


def described(bad: BadRow) -> dict[str, Any]:
    """Return a refused row as it is kept and shown: its number, cells, reason and errors."""
    return {
        "row": bad.row.number,
        "reason": bad.reason.value,
        "sentence": EXPLANATIONS[bad.reason].sentence,
        "errors": list(bad.errors),
        "cells": dict(bad.row.cells),
    }


def _sentences(refused: Refused) -> Iterable[str]:
    return refused.errors or (EXPLANATIONS[refused.reason].sentence,)
