"""Cut a text into characters and pairs in one pass: the result is the same, the indexes stay as they are.

Each look at the n-th character walks over those before it, and a text is cut whenever a hazard is written: a rebuild of a
million hazards cuts two million texts.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

IN_ONE_GO = """CREATE OR REPLACE FUNCTION grams(said text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
    DECLARE c text[] := string_to_array(lower(said), NULL);
    BEGIN
        RETURN c || ARRAY(SELECT a || b FROM unnest(c, c[2:]) pair(a, b) WHERE b IS NOT NULL);
    END $$"""

BEFORE = """CREATE OR REPLACE FUNCTION grams(said text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
    SELECT c || ARRAY(SELECT c[i] || c[i + 1] FROM generate_series(1, cardinality(c) - 1) i)
    FROM (SELECT string_to_array(lower(said), NULL)) cut(c) $$"""


def upgrade() -> None:
    op.execute(IN_ONE_GO)


def downgrade() -> None:
    op.execute(BEFORE)
