"""Read letters for people: lists by page, one letter with all that was done about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import sql
from psycopg.rows import dict_row

from runtime.access.visible import visible
from runtime.database import Work
from services.notify.core.letters.letter import ISSUED, RESTRICTED, Letter
from services.notify.store.letters import NAMES, letter_of

_LIST: Final = f"""SELECT {NAMES} FROM letter
    WHERE {{visible}} AND (%(sees_restricted)s OR NOT {{restricted}}) AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
      AND (%(kind)s::text IS NULL OR kind = %(kind)s)
      AND (%(organ)s::text IS NULL OR organ = %(organ)s)
      AND (%(decision_id)s::text IS NULL OR decision_id = %(decision_id)s)
      AND (%(tenant)s::text IS NULL OR %(tenant)s IN (province, city, county, tenant))
      AND (%(before)s::timestamptz IS NULL OR (drafted_at, id) < (%(before)s, %(before_id)s))
    ORDER BY drafted_at DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 (column names of the store)
# 抄告函 and 涉嫌犯罪案件移送函, and what takes one back, are seen by offices and the auditor alone.
_RESTRICTED: Final = sql.SQL(
    """(kind = ANY({kinds}) OR withdraws IN (SELECT id FROM letter WHERE kind = ANY({kinds})))"""
).format(kinds=sql.Literal(sorted(kind.value for kind in RESTRICTED)))
_PUBLISHED: Final = (
    f"SELECT {NAMES} FROM letter WHERE kind = 'publication' AND state = ANY(%s) "  # noqa: S608 (column names of the store)
    "ORDER BY signed_at DESC, id DESC LIMIT %s"
)
_ACTS: Final = "SELECT act, author, note, acted_at FROM letter_act WHERE letter_id = %s ORDER BY id"
_SCANS: Final = """SELECT id, name, media_type, sha256, author, uploaded_at, octet_length(file) AS bytes
    FROM letter_scan WHERE letter_id = %s ORDER BY id"""
_NOTICES: Final = """SELECT id, recipient, channel, state, suppression, error, attempt, delivered_at FROM notice
    WHERE letter_id = %s ORDER BY recipient, channel"""
_STANDING: Final = "SELECT state, count(*) FROM letter WHERE {visible} AND state NOT IN ('replied', 'withdrawn', 'discarded') GROUP BY state"
_MISSED: Final = "SELECT count(*) FROM letter WHERE {visible} AND missed_at IS NOT NULL AND state IN ('signed', 'sent')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters are asked for; `tenant` with all below it; newest first, those before (`before`, `before_id`)."""

    states: list[str] | None = None
    kind: str | None = None
    organ: str | None = None
    decision_id: str | None = None
    tenant: str | None = None
    sees_restricted: bool = True
    before: datetime | None = None
    before_id: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Trail:
    """What was done about a letter: acts, scans, and its notices."""

    acts: list[dict[str, Any]]
    scans: list[dict[str, Any]]
    notices: list[dict[str, Any]]


def list_letters(work: Work, wanted: Wanted) -> list[Letter]:
    """One page."""
    parameters = {name: getattr(wanted, name) for name in Wanted.__slots__}
    statement = sql.SQL(_LIST).format(visible=visible(work), restricted=_RESTRICTED)
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return [letter_of(row) for row in cursor.execute(statement, parameters)]


def is_restricted(work: Work, letter_id: str) -> bool:
    """Whether only offices and the auditor may see a letter."""
    statement = sql.SQL("SELECT {restricted} FROM letter WHERE id = %s").format(restricted=_RESTRICTED)
    row = work.connection.execute(statement, (letter_id,)).fetchone()
    return row is not None and bool(row[0])


def trail_of(work: Work, letter_id: str) -> Trail:
    """Everything that was done about one letter."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        acts = cursor.execute(_ACTS, (letter_id,)).fetchall()
        scans = cursor.execute(_SCANS, (letter_id,)).fetchall()
        notices = cursor.execute(_NOTICES, (letter_id,)).fetchall()
    return Trail(acts, scans, notices)


def standing(work: Work) -> dict[str, int]:
    """How many letters stand in each state that is not an end, and how many answers are late (`missed`)."""
    counts = {row[0]: int(row[1]) for row in work.connection.execute(sql.SQL(_STANDING).format(visible=visible(work)))}
    row = work.connection.execute(sql.SQL(_MISSED).format(visible=visible(work))).fetchone()
    return counts | {"missed": int(row[0]) if row else 0}


def published(work: Work, most: int) -> list[Letter]:
    """The texts that everybody may read, the newest first."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return [letter_of(row) for row in cursor.execute(_PUBLISHED, (sorted(state.value for state in ISSUED), most))]


def ids_that_begin(work: Work, beginning: str) -> list[str]:
    """Up to two ids that begin so: enough to know whether it names one letter."""
    found = work.connection.execute(
        "SELECT id FROM letter WHERE id >= %(low)s AND id < %(low)s || '~' ORDER BY id LIMIT 2", {"low": beginning}
    )
    return [row[0] for row in found]
