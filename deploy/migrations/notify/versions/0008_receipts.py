"""What a provider says later of a message that it took, and that a notice fails by it."""

from alembic import op

revision = "0008"
down_revision = "0007"

_MOVES = (
    *("created>sending", "created>suppressed", "created>failed", "created>delivered", "created>ambiguous"),
    *("sending>delivered", "sending>retrying", "sending>failed", "sending>ambiguous"),
    *("retrying>sending", "retrying>suppressed", "retrying>failed", "retrying>delivered", "retrying>ambiguous"),
    *("ambiguous>delivered", "ambiguous>retrying", "ambiguous>failed"),
    *("failed>retrying", "suppressed>created", "suppressed>retrying", "delivered>failed"),
)
_NEW = {"delivered>failed"}


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
    # `reference` is the provider's own number of the message; `receipt_after` stands while its receipt is asked for.
    op.execute(
        """ALTER TABLE notify.attempt ADD reference text NOT NULL DEFAULT '', ADD receipt text,
            ADD receipt_answer text NOT NULL DEFAULT '', ADD receipt_after timestamptz"""
    )
    op.execute("CREATE INDEX attempt_receipt_due ON notify.attempt (receipt_after) WHERE receipt_after IS NOT NULL")
    op.execute(_refuse_all_but(_MOVES))


def downgrade() -> None:
    op.execute("ALTER TABLE notify.attempt DROP reference, DROP receipt, DROP receipt_answer, DROP receipt_after")
    op.execute(_refuse_all_but(tuple(move for move in _MOVES if move not in _NEW)))
