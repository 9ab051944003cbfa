"""Keep who has taken notice, and find what nobody has taken notice of in time."""

from collections.abc import Sequence
from datetime import datetime

from runtime.database import Work
from services.notify.core.notice import Notice
from services.notify.store import rows

# One telling: the same decision, status and turn to the same recipient, on whatever channels.
_ALIKE = """(n.decision_id, n.status, n.turn, n.recipient) = (t.decision_id, t.status, t.turn, t.recipient)"""
_ACKNOWLEDGE = f"""UPDATE notice n SET acknowledged_at = %s, acknowledged_by = %s FROM notice t
    WHERE t.id = %s AND {_ALIKE} AND n.acknowledged_at IS NULL RETURNING n.id"""  # noqa: S608 (constants of this file)
# Whose end was told (cleared, retracted, rejected) needs nobody's notice any more; nor what is set aside.
_UNHEARD = f"""SELECT DISTINCT ON (n.decision_id, n.status, n.turn, n.recipient) {rows.QUALIFIED} FROM notice n
    WHERE n.acknowledge_by <= %b AND n.acknowledged_at IS NULL AND n.fell_back_at IS NULL AND n.state <> 'suppressed'
      AND NOT EXISTS (SELECT FROM notice e WHERE e.decision_id = n.decision_id AND e.turn = n.turn
        AND e.status IN ('cleared', 'retracted', 'rejected'))
    ORDER BY n.decision_id, n.status, n.turn, n.recipient, n.id LIMIT %b"""  # noqa: S608 (as above)
_LOCK = f"""SELECT n.id FROM notice n JOIN notice t ON {_ALIKE}
    WHERE t.id = %s AND n.fell_back_at IS NULL AND n.acknowledged_at IS NULL ORDER BY n.id FOR UPDATE OF n SKIP LOCKED"""  # noqa: S608 (as above)


def acknowledge(work: Work, notice_id: str, *, author: str, now: datetime) -> list[str]:
    """Note that a person has taken notice, on whichever channel; the ids it covers, none where somebody had before."""
    return [row[0] for row in work.connection.execute(_ACKNOWLEDGE, (now, author, notice_id))]


def unheard(work: Work, now: datetime, most: int) -> list[Notice]:
    """One notice for each telling that nobody has taken notice of in time."""
    with work.connection.cursor(binary=True) as cursor:
        return [rows.notice_of(row) for row in cursor.execute(_UNHEARD, (now, most))]


def fall_back(work: Work, notice_id: str, now: datetime) -> list[str]:
    """Mark a telling as handed to the fallback person; none where somebody else just did, or it was acknowledged."""
    mine = [row[0] for row in work.connection.execute(_LOCK, (notice_id,))]
    work.connection.execute("UPDATE notice SET fell_back_at = %s WHERE id = ANY(%s)", (now, mine))
    return mine


def known_of(work: Work, decision_ids: Sequence[str]) -> set[str]:
    """The ids of every notice of these decisions."""
    found = work.connection.execute("SELECT id FROM notice WHERE decision_id = ANY(%s)", (list(decision_ids),))
    return {row[0] for row in found}
