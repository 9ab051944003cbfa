"""Turn rows into notices and back: one list of columns for every statement that reads or writes whole notices."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from contracts.divisions import Divisions
from contracts.vocabulary import Level, Measure, NoticeState, Status, Suppression
from services.notify.core.notice import Notice
from services.notify.core.rules import rule_of

# Column and PostgreSQL type, in the order in which rows are read and written; names are those of `Notice`.
COLUMNS: Final = (
    ("id", "text"),
    ("committee", "text"),
    ("tenant", "text"),
    ("decision_id", "text"),
    ("status", "text"),
    ("known_at", "timestamptz"),
    ("turn", "int4"),
    ("recipient", "text"),
    ("channel", "text"),
    ("thread", "text"),
    ("rule", "text"),
    ("measure", "text"),
    ("level", "text"),
    ("about", "text"),
    ("falls_due", "timestamptz"),
    ("state", "text"),
    ("why", "text"),
    ("priority", "int2"),
    ("late", "bool"),
    ("created_at", "timestamptz"),
    ("not_before", "timestamptz"),
    ("waits", "bool"),
    ("acknowledge_by", "timestamptz"),
    ("attempt", "int4"),
    ("doubtful", "bool"),
    ("released", "bool"),
    ("suppression", "text"),
    ("error", "text"),
    ("follows", "text"),
    ("folded_into", "text"),
    ("revision", "int4"),
    ("letter_id", "text"),
)
_DIVISIONS: Final = (("province", "text"), ("city", "text"), ("county", "text"))
_MOVES: Final = (
    ("id", "text"),
    ("state", "text"),
    ("not_before", "timestamptz"),
    ("attempt", "int4"),
    ("doubtful", "bool"),
    ("released", "bool"),
    ("suppression", "text"),
    ("error", "text"),
    ("folded_into", "text"),
    ("revision", "int4"),
)
_MAY_BE_NONE: Final = frozenset({"suppression", "follows", "folded_into", "acknowledge_by"})

NAMES: Final = ", ".join(name for name, _ in COLUMNS)
QUALIFIED: Final = ", ".join(f"n.{name}" for name, _ in COLUMNS)


def _unnested(columns: Sequence[tuple[str, str]]) -> str:
    # A binary array names the type of its elements, which a column of nothing but None does not have.
    arrays = ", ".join(f"{'%t' if name in _MAY_BE_NONE else '%b'}::{kind}[]" for name, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return f"unnest({arrays}) AS u({names})"


INSERT: Final = f"""INSERT INTO notice ({", ".join(name for name, _ in (*COLUMNS, *_DIVISIONS))})
    SELECT * FROM {_unnested((*COLUMNS, *_DIVISIONS))}
    ON CONFLICT DO NOTHING RETURNING id"""  # noqa: S608 (column names of this file)
"""Parameters: `inserted(notices, divisions)`."""

UPDATE: Final = f"""UPDATE notice AS n SET
    {", ".join(f"{name} = u.{name}" for name, _ in _MOVES[1:])},
    lease_until = CASE WHEN u.state = 'sending' THEN %b::timestamptz END,
    delivered_at = CASE WHEN u.state = 'delivered' THEN coalesce(n.delivered_at, %b::timestamptz) END
    FROM {_unnested(_MOVES)} WHERE n.id = u.id"""  # noqa: S608 (as above)
"""Parameters: end of the lease (for what is `sending` now), the present, then `moved(notices)`."""


def inserted(notices: Sequence[Notice], divisions: Divisions) -> list[list[Any]]:
    """One array per column of `INSERT`."""
    above = [divisions.columns_of(notice.tenant) for notice in notices]
    return [
        *_arrays(notices, COLUMNS),
        [row.province for row in above],
        [row.city for row in above],
        [row.county for row in above],
    ]


def moved(notices: Sequence[Notice]) -> list[list[Any]]:
    """One array per column that a move may change."""
    return _arrays(notices, _MOVES)


def notice_of(row: Sequence[Any]) -> Notice:
    """The notice in a row that was read with `NAMES` or `QUALIFIED`."""
    values = dict(zip((name for name, _ in COLUMNS), row, strict=True))
    values["status"] = Status(values["status"])
    values["rule"] = rule_of(values["rule"])
    values["measure"] = Measure(values["measure"])
    values["level"] = Level(values["level"])
    values["state"] = NoticeState(values["state"])
    values["suppression"] = Suppression(values["suppression"]) if values["suppression"] else None
    return Notice(**values)


def _arrays(notices: Iterable[Notice], columns: Sequence[tuple[str, str]]) -> list[list[Any]]:
    rows = list(notices)
    return [[_plain(getattr(row, name)) for row in rows] for name, _ in columns]


def _plain(value: Any) -> Any:
    """A word of the vocabulary as the plain text that goes into a column."""
    return str(value) if isinstance(value, str) else value
