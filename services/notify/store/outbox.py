"""Read the outbox for its page: how many stand in each state, and each notice with the words of its decision."""

from typing import Any, Final

from psycopg import sql
from psycopg.rows import dict_row

from runtime.access.visible import visible
from runtime.database import Work
from services.notify.store.listing import Shown, Wanted, list_notices

_COUNTS: Final = """SELECT state, count(*) FROM notice
    WHERE {visible} AND (%(tenant)s::text IS NULL OR %(tenant)s IN (province, city, county, tenant)) GROUP BY state"""
_REASONS: Final = """SELECT DISTINCT ON (decision_id) decision_id, said->>'reason', coalesce((said->>'restricted')::bool, false)
    FROM decision_record, LATERAL (SELECT convert_from(record, 'UTF8')::json AS said) AS words
    WHERE decision_id = ANY(%s) ORDER BY decision_id, ordinal DESC"""
WITHHELD: Final = "内容限有权知悉者"
_TOGETHER: Final = """SELECT a.notice_id AS id, n.about, n.state FROM attempt a JOIN notice n ON n.id = a.notice_id
    WHERE {visible} AND a.message = ANY(%s) AND a.notice_id <> %s ORDER BY a.notice_id LIMIT 100"""


def counts(work: Work, tenant: str | None) -> dict[str, int]:
    """How many notices stand in each state, of a tenant with all below it."""
    query = sql.SQL(_COUNTS).format(visible=visible(work))
    return {row[0]: row[1] for row in work.connection.execute(query, {"tenant": tenant})}


def page(work: Work, wanted: Wanted, *, may_know: bool) -> list[Shown]:
    """One page of notices, each with the sentence of its decision; `may_know`: of restricted ones too."""
    found = list_notices(work, wanted)
    said = reasons(work, [row["decision_id"] for row in found], may_know=may_know)
    return [row | {"reason": said.get(row["decision_id"], "")} for row in found]


def reasons(work: Work, decision_ids: list[str], *, may_know: bool) -> dict[str, str]:
    """What each decision says in one sentence; that of a restricted one is withheld from who may not know."""
    found = work.connection.execute(_REASONS, (decision_ids,))
    return {row[0]: WITHHELD if row[2] and not may_know else row[1] for row in found}


def told_together(work: Work, notice_id: str, messages: list[str]) -> list[dict[str, Any]]:
    """The other notices that were in these messages."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        query = sql.SQL(_TOGETHER).format(visible=visible(work, "n"))
        return cursor.execute(query, (messages, notice_id)).fetchall()
