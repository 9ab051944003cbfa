"""Read notices for people: lists by page, one notice with its whole trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import sql
from psycopg.rows import dict_row

from runtime.access.visible import visible
from runtime.database import Work
from services.notify.store.personal import ERASED

_SHOWN: Final = """id, decision_id, status, turn, rule, measure, level, committee, tenant, recipient, channel, state, suppression, why, error,
    late, attempt, created_at, not_before, delivered_at, acknowledge_by, acknowledged_at, acknowledged_by, follows, folded_into"""

_LIST: Final = f"""SELECT {_SHOWN} FROM notice
    WHERE {{visible}} AND (%(decision_id)s::text IS NULL OR decision_id = %(decision_id)s)
      AND (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(tenant)s::text IS NULL OR %(tenant)s IN (province, city, county, tenant))
      AND (%(before)s::timestamptz IS NULL OR (created_at, id) < (%(before)s, %(before_id)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 (column names of this file)
_ONE: Final = f"SELECT {_SHOWN} FROM notice WHERE id = %s AND {{visible}}"  # noqa: S608 (as above)
_ATTEMPTS: Final = f"""SELECT attempt, seat, coalesce(holder, '{ERASED}') AS holder, coalesce(address, '') AS address,
        message, claimed_by, began_at, ended_at, outcome, answer, receipt, receipt_answer
    FROM attempt LEFT JOIN pii.attempt_to USING (notice_id, attempt) WHERE notice_id = %s ORDER BY attempt"""  # noqa: S608 (as above)
_ACTS: Final = "SELECT act, author, reason, acted_at FROM notice_act WHERE notice_id = %s ORDER BY id"

Shown = dict[str, Any]
"""One row as people see it: plain values by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notices are asked for; `tenant` with all below it; newest first, those before (`before`, `before_id`)."""

    decision_id: str | None = None
    state: str | None = None
    tenant: str | None = None
    before: datetime | None = None
    before_id: str = ""
    limit: int = 50


def list_notices(work: Work, wanted: Wanted) -> list[Shown]:
    """One page."""
    parameters = {name: getattr(wanted, name) for name in Wanted.__slots__}
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql.SQL(_LIST).format(visible=visible(work)), parameters).fetchall()


def show_notice(work: Work, notice_id: str) -> tuple[Shown, list[Shown], list[Shown]] | None:
    """A notice, its attempts and what people did about it."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        notice = cursor.execute(sql.SQL(_ONE).format(visible=visible(work)), (notice_id,)).fetchone()
        if notice is None:
            return None
        attempts = cursor.execute(_ATTEMPTS, (notice_id,)).fetchall()
        acts = cursor.execute(_ACTS, (notice_id,)).fetchall()
    return notice, attempts, acts


def exists(work: Work, notice_id: str) -> bool:
    """Whether there is such a notice for who asks."""
    asked = sql.SQL("SELECT FROM notice WHERE id = %s AND {}").format(visible(work))
    return work.connection.execute(asked, (notice_id,)).fetchone() is not None


def ids_that_begin(work: Work, beginning: str) -> list[str]:
    """Up to two ids that begin so: enough to know whether it names one notice."""
    found = work.connection.execute(
        "SELECT id FROM notice WHERE id >= %(low)s AND id < %(low)s || '~' ORDER BY id LIMIT 2", {"low": beginning}
    )
    return [row[0] for row in found]
