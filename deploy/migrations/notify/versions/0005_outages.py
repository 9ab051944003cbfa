"""Providers that are dead, and what went another way because of it."""

from alembic import op

revision = "0005"
down_revision = "0004"

_ACTS = ("retried", "settled", "released", "acknowledged", "fell_back")


def upgrade() -> None:
    # `provider` is the word by which a channel tells its providers apart: a host and port, '' where there is one only.
    op.execute(
        """CREATE TABLE notify.outage (
            channel text NOT NULL,
            provider text NOT NULL,
            since timestamptz NOT NULL,
            failed_at timestamptz NOT NULL,
            PRIMARY KEY (channel, provider))"""
    )
    _allow_acts((*_ACTS, "detoured"))


def downgrade() -> None:
    op.execute("DROP TABLE notify.outage")
    op.execute("DELETE FROM notify.notice_act WHERE act = 'detoured'")
    _allow_acts(_ACTS)


def _allow_acts(acts: tuple[str, ...]) -> None:
    words = ", ".join(f"'{act}'" for act in acts)
    op.execute("ALTER TABLE notify.notice_act DROP CONSTRAINT notice_act_act_check")
    op.execute(f"ALTER TABLE notify.notice_act ADD CONSTRAINT notice_act_act_check CHECK (act IN ({words}))")
