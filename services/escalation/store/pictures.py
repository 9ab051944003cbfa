"""Read cases for pictures: folded by the law in force, as far as the transaction's scope reaches."""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import sql

from runtime.access.visible import visible
from runtime.database import Work
from services.escalation.core.case import Case, CaseKey
from services.escalation.core.engine import Engine
from services.escalation.core.kinds import KINDS
from services.escalation.core.law import Law
from services.escalation.core.pictures.dossier import Told
from services.escalation.core.slot import case_key
from services.escalation.store import bulk
from services.escalation.store.desk import Desk, Wanted, decode_decision

MOST: Final = 5_000  # cases of one picture; a committee's duties of a year are some thousands
_LIKE: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def escaped(word: str) -> str:
    """The word as it stands in a pattern of LIKE."""
    return word.translate(_LIKE)


class Pictures:
    """The cases of one transaction, read only."""

    def __init__(self, work: Work, law: Law) -> None:
        self._work = work
        self._law = law
        self._using = bulk.cursor(work)
        self._desk = Desk(self._using, Engine(law), law.divisions.columns_of)

    def named(self, kind: str, name: str, committee: str = "") -> list[tuple[Case, Any]]:
        """The cases of a kind with this id, of whatever upstream system."""
        return list(self._folded(kind, sql.SQL("id = %s"), [name], committee))

    def like(self, kind: str, pattern: str, committee: str = "") -> list[tuple[Case, Any]]:
        """The cases of a kind whose id is like a pattern, at most `MOST`."""
        return list(self._folded(kind, sql.SQL("id LIKE %s"), [pattern], committee))

    def case(self, key: CaseKey) -> tuple[Case, Any] | None:
        """One case that a case in scope names, None where there is none."""
        self._desk.lay_out(Wanted({key}), {}, 0)
        case = self._desk.shelf.get(key)
        state = KINDS[key.kind].fold(self._law, case) if case is not None else None
        return (case, state) if case is not None and state is not None else None

    def decisions_about(self, committee: str, subjects: list[str]) -> list[Told]:
        """Where the decisions about these subjects stand, and when each fell due, in scope."""
        rows = self._work.connection.execute(
            sql.SQL(
                """SELECT found_at, convert_to(record::text, 'UTF8') FROM decision
                WHERE committee = %s AND subject_id = ANY(%s) AND {} ORDER BY known_at DESC LIMIT %s"""
            ).format(visible(self._work)),
            (committee, subjects, MOST),
            binary=True,
        ).fetchall()
        return [Told(found_at, decode_decision(record)) for found_at, record in rows]

    def decided_under(self, rule: str) -> list[Told]:
        """Where the decisions of one rule stand that is seldom taken, and when each became known first, in scope."""
        rows = self._work.connection.execute(
            sql.SQL(
                """SELECT found_at, convert_to(record::text, 'UTF8') FROM decision
                WHERE rule = {} AND {} ORDER BY known_at DESC LIMIT %s"""
            ).format(sql.Literal(rule), visible(self._work)),
            (MOST,),
            binary=True,
        ).fetchall()
        return [Told(found_at, decode_decision(record)) for found_at, record in rows]

    def _folded(
        self, kind: str, condition: sql.SQL, values: list[object], committee: str
    ) -> Iterator[tuple[Case, Any]]:
        rows = self._work.connection.execute(
            sql.SQL(
                """SELECT committee, key FROM case_file WHERE kind = %s AND {} AND {} AND (%s = '' OR committee = %s)
                ORDER BY committee, key LIMIT %s"""
            ).format(condition, visible(self._work)),
            (kind, *values, committee, committee, MOST),
        ).fetchall()
        keys = [case_key(*row) for row in rows]
        self._desk.lay_out(Wanted(set(keys)), {}, 0)
        for key in keys:
            case = self._desk.shelf.get(key)
            state = KINDS[kind].fold(self._law, case) if case is not None else None
            if case is not None and state is not None:
                yield case, state
