"""Make functions by which a worker adds and drops monthly partitions of one table, although it owns no table."""

from typing import Protocol


class Operations(Protocol):
    """The one thing needed of alembic's `op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


# The table is made beside and attached: readers and writers of the other months go on meanwhile. The functions run as
# the owner (SECURITY DEFINER); they take a date and nothing else, and the path is set, so that nobody lends them names.
_MAKE = """CREATE FUNCTION {schema}.make_month(first date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = {schema}, pg_temp AS $$
    DECLARE part text := format('{table}_%s', to_char(first, 'YYYY_MM'));
    BEGIN
        IF first <> date_trunc('month', first)::date THEN
            RAISE EXCEPTION 'no first day of a month: %', first;
        END IF;
        IF to_regclass(format('{schema}.%I', part)) IS NOT NULL THEN
            RETURN;
        END IF;
        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.{table} INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE {schema}.{table} ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)', part,
            {bound}, {following});
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
        EXECUTE format('CREATE POLICY owner ON {schema}.%I TO CURRENT_USER USING (true)', part);
    END $$"""
_DROP = """CREATE FUNCTION {schema}.drop_month(first date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = {schema}, pg_temp AS $$
    BEGIN
        EXECUTE format('DROP TABLE IF EXISTS {schema}.%I', format('{table}_%s', to_char(first, 'YYYY_MM')));
    END $$"""

_BOUNDS = {
    "date": ("first", "(first + interval '1 month')::date"),
    "timestamptz": (
        "first::timestamp AT TIME ZONE 'UTC'",
        "(first + interval '1 month')::timestamp AT TIME ZONE 'UTC'",
    ),
}


def create(op: Operations, schema: str, table: str, kind: str) -> None:
    """Make `make_month(first)` and `drop_month(first)` for a table that is divided by a column of `kind`."""
    bound, following = _BOUNDS[kind]
    for statement in (_MAKE, _DROP):
        op.execute(statement.format(schema=schema, table=table, bound=bound, following=following))
    for name in ("make_month", "drop_month"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {schema}.{name}(date) FROM PUBLIC")
