"""Let the other services ask whose key a system shows, without letting them read intake's tables.

The functions run as the owner. `system_of` tells of one key whose prefix is known already: the hash of its secret, until
when it opens, its tenants, and by which words its source is known. `system_came` notes, at most once a minute, that the
key was used, so that nobody takes it for forgotten.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

SYSTEM_OF = """CREATE FUNCTION access.system_of(shown text)
    RETURNS TABLE (digest bytea, expires_at timestamptz, revoked_at timestamptz, networks text[], slug text,
        namespace text, sources text[], tenants text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = intake, pg_temp AS $$
    SELECT k.digest, k.expires_at, k.revoked_at, k.networks::text[], s.slug, s.namespace,
        ARRAY(SELECT a.attribute FROM source_attribute a WHERE a.slug = s.slug), k.tenants
    FROM api_key k JOIN source s ON s.slug = k.slug WHERE k.prefix = shown $$"""

SYSTEM_CAME = """CREATE FUNCTION access.system_came(shown text, at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = intake, pg_temp AS $$
    UPDATE api_key SET used_at = at
    WHERE prefix = shown AND (used_at IS NULL OR used_at <= at - interval '1 minute') $$"""

NOBODY = "REVOKE EXECUTE ON FUNCTION access.{} FROM PUBLIC"


def upgrade() -> None:
    op.execute(SYSTEM_OF)
    op.execute(SYSTEM_CAME)
    for name in ("system_of(text)", "system_came(text, timestamptz)"):
        op.execute(NOBODY.format(name))


def downgrade() -> None:
    op.execute("DROP FUNCTION access.system_of, access.system_came")
