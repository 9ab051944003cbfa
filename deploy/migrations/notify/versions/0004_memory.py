"""What the log says about notices that a restored database has forgotten, and the moves that follow from it."""

from alembic import op

revision = "0004"
down_revision = "0003"

_MOVES = (
    "created>sending",
    "created>suppressed",
    "created>failed",
    "created>delivered",
    "created>ambiguous",
    "sending>delivered",
    "sending>retrying",
    "sending>failed",
    "sending>ambiguous",
    "retrying>sending",
    "retrying>suppressed",
    "retrying>failed",
    "retrying>delivered",
    "retrying>ambiguous",
    "ambiguous>delivered",
    "ambiguous>retrying",
    "ambiguous>failed",
    "failed>retrying",
    "suppressed>created",
    "suppressed>retrying",
)
_NEW = {"created>delivered", "created>ambiguous", "retrying>ambiguous"}


def _refuse_all_but(moves: tuple[str, ...]) -> str:
    """The trigger's function: the moves of services.notify.core.notice.TRANSITIONS; a test holds the two together."""
    allowed = ", ".join(f"'{move}'" for move in moves)
    return f"""CREATE OR REPLACE FUNCTION notify.refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state = NEW.state OR (OLD.state || '>' || NEW.state) IN ({allowed}) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'notice %: no move from % to %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END $$"""


def upgrade() -> None:
    op.execute(
        """CREATE TABLE notify.remembered (
            notice_id text PRIMARY KEY,
            state text NOT NULL,
            attempt integer NOT NULL,
            revision integer NOT NULL,
            error text NOT NULL)"""
    )
    # The line of numbers in which the relay's marks were given when the log was read back last.
    op.execute(
        """CREATE TABLE notify.read_back (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            incarnation integer NOT NULL)"""
    )
    op.execute("INSERT INTO notify.read_back (incarnation) SELECT incarnation FROM notify.installation")
    op.execute(_refuse_all_but(_MOVES))


def downgrade() -> None:
    op.execute("DROP TABLE notify.remembered, notify.read_back")
    op.execute(_refuse_all_but(tuple(move for move in _MOVES if move not in _NEW)))
