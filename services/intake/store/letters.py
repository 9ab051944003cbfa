"""Find dead letters for a person: page by page, limited to the tenants that person may see."""

from collections.abc import Callable

from runtime import dead_letters
from runtime.database import Work
from runtime.dead_letters import DeadLetter, State

#: Letters read at once while looking for those of a scope, and how often, so that a page costs a bounded time.
_CHUNK = 200
_CHUNKS = 20


def page(
    work: Work, *, state: State | None, before: int | None, limit: int, may_see: Callable[[DeadLetter], bool]
) -> tuple[list[DeadLetter], int | None]:
    """Return up to `limit` letters below id `before`, the newest first, and the id to go on below (None: no more)."""
    found: list[DeadLetter] = []
    for _ in range(_CHUNKS):
        chunk = dead_letters.listed(work, state=state, before=before, limit=_CHUNK)
        for letter in chunk:
            before = letter.id
            if may_see(letter):
                found.append(letter)
                if len(found) == limit:
                    return found, before
        if len(chunk) < _CHUNK:
            return found, None
    return found, before


def open_with(work: Work, reason: str) -> list[int]:
    """Return the ids of open letters with a reason, in the order in which they came."""
    rows = work.connection.execute(
        "SELECT id FROM dead_letter WHERE state = 'open' AND reason = %s ORDER BY id", (reason,)
    ).fetchall()
    return [identity for (identity,) in rows]
