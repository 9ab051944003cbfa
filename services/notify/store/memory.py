"""Keep what the log says about notices until the restored database has caught up with it."""

from collections.abc import Sequence

from contracts.vocabulary import NoticeState
from runtime.database import Work
from runtime.outbox import rows
from services.notify.core.memory import Remembered

_KEEP = """INSERT INTO remembered AS r (notice_id, state, attempt, revision, error)
    SELECT * FROM unnest(%b::text[], %b::text[], %b::int4[], %b::int4[], %b::text[])
    ON CONFLICT (notice_id) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
        revision = excluded.revision, error = excluded.error
    WHERE excluded.revision > r.revision"""


def keep(work: Work, memories: Sequence[Remembered]) -> None:
    """Remember these, the newest word about each notice."""
    if memories:
        work.connection.cursor(binary=True).execute(
            _KEEP,
            (
                [memory.notice_id for memory in memories],
                [memory.state.value for memory in memories],
                [memory.attempt for memory in memories],
                [memory.revision for memory in memories],
                [memory.error for memory in memories],
            ),
        )


def of(work: Work, notice_ids: Sequence[str]) -> dict[str, Remembered]:
    """What is remembered of these notices, by id; nearly always nothing."""
    found = work.connection.cursor(binary=True).execute(
        "SELECT notice_id, state, attempt, revision, error FROM remembered WHERE notice_id = ANY(%b::text[])",
        (list(notice_ids),),
    )
    return {
        row[0]: Remembered(notice_id=row[0], state=NoticeState(row[1]), attempt=row[2], revision=row[3], error=row[4])
        for row in found
    }


def drop(work: Work, notice_ids: Sequence[str]) -> None:
    """Forget what the notices say themselves now."""
    work.connection.execute("DELETE FROM remembered WHERE notice_id = ANY(%s)", (list(notice_ids),))


def known_incarnation(work: Work) -> int:
    """The line of numbers up to which the log was read back."""
    row = work.connection.execute("SELECT incarnation FROM read_back").fetchone()
    return int(row[0]) if row else 1


def begin_a_new_line(work: Work, incarnation: int) -> None:
    """Let the relay number from here on in a line that readers tell from what the lost database numbered."""
    rows.set_incarnation(work, incarnation)


def note_read_back(work: Work) -> None:
    """Note that everything of earlier lines of numbers was read back."""
    work.connection.execute("UPDATE read_back SET incarnation = %s", (rows.incarnation(work),))
