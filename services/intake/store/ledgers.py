"""Keep what each row of a ledger last said, and the imports that were made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Json, Jsonb

from runtime.database import Work
from services.intake.core.ledger.reconcile import Known

Place = tuple[str, str]
"""(row key, kind)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One import."""

    id: UUID
    started_at: datetime
    slug: str
    tenant: str
    mapping: str
    file_name: str
    file_digest: bytes
    historic: bool
    asked_by: str


def lock(work: Work, slug: str) -> None:
    """Let one import of a source at a time compare and write, until the transaction ends."""
    work.connection.execute("SELECT pg_advisory_xact_lock(hashtext('intake ledger'), hashtext(%s))", (slug,))


def known(work: Work, slug: str, keys: Sequence[str]) -> dict[str, dict[str, Known]]:
    """Return the last events of these rows, by row key and kind."""
    rows = work.connection.execute(
        """SELECT row_key, kind, event_id, origin_id, happened_at, tenant, digest
        FROM ledger_event WHERE slug = %s AND row_key = ANY (%s)""",
        (slug, list(keys)),
    ).fetchall()
    found: dict[str, dict[str, Known]] = {}
    for row_key, kind, event_id, origin_id, happened_at, tenant, digest in rows:
        found.setdefault(row_key, {})[kind] = Known(
            event_id=event_id, origin_id=origin_id, happened_at=happened_at, tenant=tenant, digest=digest
        )
    return found


def save(work: Work, slug: str, said: Iterable[tuple[Place, Known]]) -> None:
    """Write what rows say now."""
    work.connection.cursor().executemany(
        """INSERT INTO ledger_event (slug, row_key, kind, event_id, origin_id, happened_at, tenant, digest)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (slug, row_key, kind) DO UPDATE SET event_id = excluded.event_id, origin_id = excluded.origin_id,
            happened_at = excluded.happened_at, tenant = excluded.tenant, digest = excluded.digest""",
        [
            (slug, key, kind, now.event_id, now.origin_id, now.happened_at, now.tenant, now.digest)
            for (key, kind), now in said
        ],
    )


def begin(work: Work, job: Job) -> None:
    """Write down that an import begins."""
    work.connection.execute(
        """INSERT INTO import_job (id, started_at, slug, tenant, mapping, file_name, file_digest, historic, asked_by)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            job.id,
            job.started_at,
            job.slug,
            job.tenant,
            job.mapping,
            job.file_name,
            job.file_digest,
            job.historic,
            job.asked_by,
        ),
    )


def finish(
    work: Work, job: Job, *, at: datetime, counts: Mapping[str, int], refused: Sequence[Mapping[str, Any]]
) -> None:
    """Write down what came of an import."""
    work.connection.execute(
        "UPDATE import_job SET finished_at = %s, counts = %s, refused = %s WHERE id = %s",
        (at, Jsonb(dict(counts)), Json(list(refused)), job.id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An import as it is looked up afterwards."""

    id: UUID
    slug: str
    tenant: str
    mapping: str
    file_name: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    refused: Sequence[Mapping[str, Any]]


def find(work: Work, identity: UUID) -> Done | None:
    """Return an import, or None."""
    with work.connection.cursor(row_factory=class_row(Done)) as cursor:
        cursor.execute(
            """SELECT id, slug, tenant, mapping, file_name, started_at, finished_at, counts, refused
            FROM import_job WHERE id = %s""",
            (identity,),
        )
        return cursor.fetchone()
