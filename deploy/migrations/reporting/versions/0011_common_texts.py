"""Look for pairs of characters alone where a text has any, and know a common text without looking for it.

Single characters lie in long lists that only cost time once pairs are asked for. `is_common` reads a small part of the
table: it says of a text whether one hazard in fifty holds it, of which hazards it says nothing.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

_SEEN = """(pg_has_role(session_user, current_user, 'MEMBER')
    OR string_to_array(current_setting('bihuan.tenants', true), ',')
        && ARRAY['*', {0}.province, {0}.city, {0}.county, left({0}.tenant, 9), {0}.tenant])"""
_ASKED = "($3 = '''' OR $3 IN ({0}.province, {0}.city, {0}.county) OR starts_with({0}.tenant, $3))"

WANTED = """CREATE FUNCTION wanted_grams(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN cardinality(c) < 2 THEN c
        ELSE ARRAY(SELECT c[i] || c[i + 1] FROM generate_series(1, cardinality(c) - 1) i) END
    FROM (SELECT string_to_array(lower(said), NULL)) cut(c) $$"""

COMMON = """CREATE FUNCTION is_common(likened text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reporting, pg_temp AS $$
    SELECT count(*) >= 1000 AND count(*) FILTER (WHERE search ILIKE likened) * 50 > count(*)
    FROM hazard_text TABLESAMPLE SYSTEM (0.5) REPEATABLE (1) $$"""

_FINDS = """CREATE OR REPLACE FUNCTION {name}(said text, likened text, area text, most integer)
    RETURNS TABLE (committee text, namespace text, {key} text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = reporting, pg_temp AS $find$
    BEGIN
        RETURN QUERY EXECUTE '{statement}' USING {grams}(said), likened, area, most;
    END $find$"""
_HAZARDS = f"""SELECT t.committee, t.namespace, t.hazard_id FROM hazard_text t
            WHERE grams(t.search) @> $1 AND t.search ILIKE $2 AND {_SEEN.replace("'", "''").format("t")}
                AND {_ASKED.format("t")} LIMIT $4"""
_SITES = f"""SELECT s.committee, s.namespace, s.site_id FROM site s
            WHERE grams(s.name) @> $1 AND s.name ILIKE $2 AND EXISTS (SELECT FROM hazard h
                WHERE h.site_id = s.site_id AND h.namespace = s.namespace AND h.committee = s.committee
                    AND {_SEEN.replace("'", "''").format("h")} AND {_ASKED.format("h")})
            ORDER BY s.name, s.site_id, s.namespace, s.committee LIMIT $4"""


def upgrade() -> None:
    op.execute(WANTED)
    op.execute(COMMON)
    op.execute("REVOKE EXECUTE ON FUNCTION is_common(text) FROM PUBLIC")
    _find("wanted_grams")


def downgrade() -> None:
    _find("grams")
    op.execute("DROP FUNCTION is_common, wanted_grams")


def _find(grams: str) -> None:
    op.execute(_FINDS.format(name="find_hazards", key="hazard_id", statement=_HAZARDS, grams=grams))
    op.execute(_FINDS.format(name="find_sites", key="site_id", statement=_SITES, grams=grams))
