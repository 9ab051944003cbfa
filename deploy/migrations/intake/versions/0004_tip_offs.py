"""Tip-offs of the public: what becomes of each, without anything that says who gave it."""

from alembic import op

revision = "0004"
down_revision = "0003"

# `person` is the handle in pii.person: words, photographs and contact are sealed there. Of the receipt code a hash.
_STATEMENTS = (
    """CREATE TABLE intake.tip_off (
        id text PRIMARY KEY,
        province text NOT NULL, city text NOT NULL, county text NOT NULL, tenant text NOT NULL,
        category text NOT NULL,
        person uuid NOT NULL UNIQUE,
        receipt bytea NOT NULL UNIQUE,
        photographs integer NOT NULL,
        reachable boolean NOT NULL,
        received_at timestamptz NOT NULL,
        finish_by date NOT NULL,
        event_id text NOT NULL,
        hazard_id text,
        is_true boolean,
        verified_at timestamptz,
        verified_event_id text,
        answer text,
        reward_yuan numeric(12, 2),
        reward text NOT NULL DEFAULT 'none' CHECK (reward IN ('none', 'due', 'paid', 'waived')),
        closed_at timestamptz,
        erased_at timestamptz)""",
    "CREATE INDEX tip_off_open ON intake.tip_off (finish_by) WHERE closed_at IS NULL",
    "CREATE INDEX tip_off_kept ON intake.tip_off (closed_at) WHERE erased_at IS NULL",
    """CREATE TABLE intake.tip_off_act (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tip_off_id text NOT NULL REFERENCES intake.tip_off,
        at timestamptz NOT NULL,
        "by" text NOT NULL,
        act text NOT NULL,
        note text NOT NULL)""",
    "CREATE INDEX tip_off_act_of ON intake.tip_off_act (tip_off_id, at)",
    # The page is a source like any other: its events pass the same validator.
    """INSERT INTO intake.source (slug, name, namespace, tenants, topic)
        VALUES ('tip-offs', '群众举报', 'tip-offs', '{*}', NULL)""",
    "INSERT INTO intake.source_attribute (attribute, slug) VALUES ('/bihuan/tip-offs', 'tip-offs')",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM intake.source_attribute WHERE slug = 'tip-offs'")
    op.execute("DELETE FROM intake.source WHERE slug = 'tip-offs'")
    op.execute("DROP TABLE intake.tip_off_act, intake.tip_off")
