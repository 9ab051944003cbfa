"""Keep what people set: silences, tenants, the master switch, and their acts about single notices."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from contracts.roles import EVERYWHERE
from contracts.vocabulary import Suppression
from runtime.database import Work
from services.notify.core.suppression import Silence
from services.notify.store.situation import silence_of


def put_silence(work: Work, silence: Silence, now: datetime) -> None:
    """Keep a new silence."""
    work.concerns.update(silence.match.tenant or [EVERYWHERE])
    match = Jsonb(msgspec.to_builtins(silence.match))
    work.connection.execute(
        """INSERT INTO silence (id, author, reason, starts_at, ends_at, match, recipient, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            silence.id,
            silence.author,
            silence.reason,
            silence.starts_at,
            silence.ends_at,
            match,
            silence.recipient,
            now,
        ),
    )


def list_silences(work: Work, *, not_ended_at: datetime | None) -> list[tuple[Silence, datetime | None, str | None]]:
    """Silences with when and by whom they were lifted, the one that ends last first; all of them for None."""
    found = work.connection.execute(
        """SELECT id, author, reason, starts_at, ends_at, match, recipient, lifted_at, lifted_by FROM silence
        WHERE %(at)s::timestamptz IS NULL OR (lifted_at IS NULL AND ends_at > %(at)s) ORDER BY ends_at DESC, id""",
        {"at": not_ended_at},
    )
    return [(silence_of(row[:7]), row[7], row[8]) for row in found]


def silence(work: Work, silence_id: UUID) -> Silence | None:
    """A silence, whatever became of it."""
    found = work.connection.execute(
        "SELECT id, author, reason, starts_at, ends_at, match, recipient FROM silence WHERE id = %s", (silence_id,)
    ).fetchone()
    return None if found is None else silence_of(found)


def muted_by(work: Work, ids: Sequence[UUID]) -> dict[str, int]:
    """How many notices each of these silences has muted, by its id as text."""
    found = work.connection.execute(
        """SELECT error, count(*) FROM notice
        WHERE state = 'suppressed' AND suppression = %s AND error = ANY(%s) GROUP BY error""",
        (Suppression.SILENCED.value, [f"静默 {each}" for each in ids]),
    )
    return {row[0].removeprefix("静默 "): row[1] for row in found}


def lift_silence(work: Work, silence: Silence, *, author: str, now: datetime) -> bool:
    """End a silence now; False where it acts no more."""
    work.concerns.update(silence.match.tenant or [EVERYWHERE])
    done = work.connection.execute(
        """UPDATE silence SET lifted_at = %(now)s, lifted_by = %(author)s
        WHERE id = %(id)s AND lifted_at IS NULL AND ends_at > %(now)s""",
        {"now": now, "author": author, "id": silence.id},
    )
    return done.rowcount > 0


def put_tenant_rule(
    work: Work, tenant: str, *, go_live: date | None, shadow: bool | None, author: str, reason: str, now: datetime
) -> None:
    """Set a tenant's go-live date and shadow; None asks the tenant above."""
    work.concerns.add(tenant)
    work.connection.execute(
        """INSERT INTO tenant_rule (tenant, go_live, shadow, author, reason, changed_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (tenant) DO UPDATE SET go_live = excluded.go_live, shadow = excluded.shadow,
            author = excluded.author, reason = excluded.reason, changed_at = excluded.changed_at""",
        (tenant, go_live, shadow, author, reason, now),
    )


def list_tenant_rules(work: Work) -> list[dict[str, Any]]:
    """Every tenant with a setting of its own."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT tenant, go_live, shadow, author, reason, changed_at FROM tenant_rule ORDER BY tenant"
        ).fetchall()


def throw_switch(work: Work, *, stopped: bool, author: str, reason: str, now: datetime) -> None:
    """Stop all sending, or let it go on."""
    work.concerns.add(EVERYWHERE)
    work.connection.execute(
        "INSERT INTO master_switch (stopped, author, reason, thrown_at) VALUES (%s, %s, %s, %s)",
        (stopped, author, reason, now),
    )


def last_throw(work: Work) -> dict[str, Any] | None:
    """How the master switch stands, who threw it and why; None where nobody ever did."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT stopped, author, reason, thrown_at FROM master_switch ORDER BY id DESC LIMIT 1"
        ).fetchone()


def set_aside_by_switch(work: Work, most: int) -> list[str]:
    """Ids of notices that the master switch held back, oldest first."""
    found = work.connection.execute(
        """SELECT id FROM notice WHERE state = 'suppressed' AND suppression = %s
        ORDER BY created_at, id LIMIT %s""",
        (Suppression.MASTER_SWITCH.value, most),
    )
    return [row[0] for row in found]


def count_set_aside(work: Work) -> int:
    """How many notices the master switch holds back."""
    row = work.connection.execute(
        "SELECT count(*) FROM notice WHERE state = 'suppressed' AND suppression = %s",
        (Suppression.MASTER_SWITCH.value,),
    ).fetchone()
    return int(row[0]) if row else 0


def note_acts(work: Work, ids: Sequence[str], *, act: str, author: str, reason: str, now: datetime) -> None:
    """Write who did what about notices, and why."""
    with work.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO notice_act (notice_id, act, author, reason, acted_at) VALUES (%s, %s, %s, %s, %s)",
            [(identifier, act, author, reason, now) for identifier in ids],
        )


def followers_of(work: Work, ids: Sequence[str]) -> list[str]:
    """Ids of notices that follow these."""
    found = work.connection.execute("SELECT id FROM notice WHERE follows = ANY(%s)", (list(ids),))
    return [row[0] for row in found]
