"""Divide the database by roles and rows: each process has a login of its own, and row security stands on every table.

Applied after each migration, as often as one likes. A table with the four tenant columns joins by itself: the API role
reads of it what lies in the tenants of the person who asks. Any other table is hidden from the API role until it has a
line in `TABLES`; what the API role may write stands there too.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from psycopg import Connection, errors, sql

from deploy import accounts
from deploy.seeing import COLUMNS, EVERYTHING, SEEN, seen

SERVICES: Final = ("intake", "escalation", "notify", "reporting")
PROCESSES: Final = ("api", "worker")
READER: Final = "bihuan_grafana"
"""Grafana's login: it reads the views of `deploy.aggregates` and nothing else."""

READER_SETTINGS: Final = {"default_transaction_read_only": "on", "statement_timeout": "30s"}
GIVES_WAY: Final = "2s"  # whoever waits longer for a lock makes everybody behind it wait
TRIES, PAUSE = 60, 0.5  # seconds between two
LOCK: Final = 7_241_002  # advisory: roles belong to the whole server, not to one database


class Table(NamedTuple):
    """How the API role meets a table.

    `seen`: a condition in SQL, empty for the four columns; `writes`: what it may do beside reading. The condition may
    name another table of the schema: row security holds there too, so a row is seen where its parent is.
    """

    seen: str = ""
    writes: str = ""


def via(parent: str, *columns: str, writes: str = "", also: str = "") -> Table:
    """Rows whose parent, found by these columns (`own=parent's` where they differ), is seen."""
    pairs = [column.partition("=") for column in columns]
    joined = " AND ".join(f"{parent}.{theirs or own} = {{table}}.{own}" for own, _, theirs in pairs)
    return Table(f"EXISTS (SELECT FROM {parent} WHERE {joined})" + (f" OR {also}" if also else ""), writes)


def opened(writes: str = "") -> Table:
    """No tenant's data, or a door that no person uses."""
    return Table("true", writes)


TABLES: Final[Mapping[str, Mapping[str, Table]]] = {
    "intake": {
        # Systems come by keys, which the queries bind to source and tenants; people read dead letters by tenant there.
        "source": opened(),
        "source_attribute": opened(),
        "api_key": opened("UPDATE"),
        "key_quota": opened("INSERT, UPDATE"),
        "sender_quota": opened("INSERT, UPDATE"),
        "event_id": opened("INSERT"),
        "import_job": opened("INSERT, UPDATE"),
        "ledger_event": opened("INSERT, UPDATE"),
        "clock_hold": opened(),
        "heard_day": opened("INSERT, UPDATE"),
        "dead_letter": opened("INSERT, UPDATE"),
        "outbox": opened("INSERT"),
        "tip_off": Table("", "INSERT, UPDATE"),
        "tip_off_act": via("tip_off", "tip_off_id=id", writes="INSERT"),
    },
    "escalation": {
        "pack": opened(),
        "calendar_change": opened(),
        "frontier": opened(),
        "outbox": opened("INSERT"),
        "what_if": Table("", "INSERT, UPDATE"),
        "word": via("decision", "committee", "decision_id", writes="INSERT"),
        "decision_record": via("decision", "committee", "decision_id"),
        "contribution": via("case_file", "committee", "key"),
        "deadline": via("case_file", "committee", "key"),
    },
    "notify": {
        "notice": Table("", "INSERT, UPDATE"),
        "attempt": via("notice", "notice_id=id"),
        "notice_act": via("notice", "notice_id=id", writes="INSERT"),
        # Read by whoever sees a notice or a letter of it; alarms of the platform come in by the API, acting everywhere.
        "decision_record": via(
            "notice",
            "decision_id",
            also=f"EXISTS (SELECT FROM letter WHERE letter.decision_id = {{table}}.decision_id) OR {EVERYTHING}",
            writes="INSERT",
        ),
        "letter": Table("", "INSERT, UPDATE"),
        "letter_act": via("letter", "letter_id=id", writes="INSERT"),
        "letter_document": via("letter", "letter_id=id", writes="INSERT"),
        "letter_scan": via("letter", "letter_id=id", writes="INSERT"),
        "letter_number": opened("INSERT, UPDATE"),
        "letter_template": opened("INSERT"),
        "receipt_link": via("letter", "letter_id=id", writes="INSERT"),
        "roster": opened("INSERT, UPDATE"),
        "silence": opened("INSERT, UPDATE"),
        "tenant_rule": opened("INSERT, UPDATE"),
        "master_switch": opened("INSERT"),
        "settings_version": opened("UPDATE"),
        "pause": opened(),
        "outage": opened(),
        "outbox": opened("INSERT"),
    },
    "reporting": {
        "frontier": opened(),
        "outbox": opened("INSERT"),
        "league_objection": Table("", "INSERT, UPDATE"),
        "league_publication": Table("", "INSERT"),
        "saved_view": opened("INSERT, UPDATE, DELETE"),  # no tenant's data; the queries bind it to the person
        "export": Table("", "INSERT"),
        "export_piece": via("export", "export_id=id"),
        "site": via("hazard", "committee", "namespace", "site_id"),
        # A fact about a hazard where that is seen; one that names none where anything of its committee is.
        "fact": via(
            "hazard",
            "committee",
            "namespace",
            "hazard_id",
            also="({table}.hazard_id IS NULL"
            " AND EXISTS (SELECT FROM tally WHERE tally.committee = {table}.committee AND tally.hazards > 0))",
        ),
        "decision_record": via("decision", "committee", "decision_id"),
        "notice_record": via("notice", "committee", "notice_id"),
        "notice_decision": via("notice", "committee", "notice_id"),
    },
}

_MARK: Final = "isolation "


class Kind(NamedTuple):
    """Whose protected persons a service reaches, and whether its API may change and erase them."""

    name: str
    changes: bool


KINDS: Final[Mapping[str, Kind]] = {
    "intake": Kind("informer", changes=False),  # erased by the worker in time, or by a command
    "notify": Kind("holder", changes=True),
}
"""No other service's persons, not even by SQL that somebody smuggled in."""

PERSONS: Final = ("person", "sealed", "opening")

AUDIT: Final = ("audit", "audit_head")
"""Nobody writes them: entries come by a function of the owner, and triggers refuse every other change."""

TOLD: Final[Mapping[str, Table]] = {
    "seat_holder": opened("INSERT, UPDATE"),  # who may touch which unit's seats is the page's question
    "attempt_to": Table("EXISTS (SELECT FROM notify.notice WHERE notice.id = {table}.notice_id)", ""),
    "gone_address": opened(),
}
"""What is personal about notices: open to notify alone, and to its API where the notice is seen."""

_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    service: (f"{service}.make_month(date)", f"{service}.drop_month(date)") for service in ("intake", "escalation")
}

SEARCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "reporting": (
        "reporting.find_hazards(text, text, text, integer)",
        "reporting.find_sites(text, text, text, integer)",
        "reporting.is_common(text)",
    )
}
"""Functions that look with indexes which row security does not let anybody use, and keep to `SEEN` themselves."""


SYSTEMS: Final = ("access.system_of(text)", "access.system_came(text, timestamptz)")
"""By these reporting's API knows whose key a system shows; intake's tables stay closed to it."""


def role_of(service: str, process: str) -> str:
    """The login of a process."""
    return f"bihuan_{service}_{process}"


def roles() -> list[str]:
    """Every login of the product."""
    return [role_of(service, process) for service in SERVICES for process in PROCESSES]


def apply(connection: Connection[tuple[object, ...]]) -> None:
    """Make the roles that are missing, and bring grants and policies of every schema to what stands above.

    Table by table, each in a transaction of its own that gives way and comes again: the release before may be running. So
    the connection has to commit by itself (autocommit).
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        make_roles(connection)
    groups = [
        list(accounts.statements(_logins(PROCESSES[:1]), _logins(PROCESSES))),
        *map(list, _persons()),
        list(_audit()),
        list(_told()),
        *(group for each in SERVICES for group in _schema(connection, each)),
    ]
    text = "\n".join(statement.as_string(connection) for group in groups for statement in group)
    mark = _MARK + hashlib.sha256(text.encode()).hexdigest()
    if mark == _marked(connection):
        return  # nothing to change: every statement would lock its table against who reads it
    for group in groups:
        patiently(connection, group)
    patiently(connection, [sql.SQL("COMMENT ON SCHEMA access IS {}").format(sql.Literal(mark))])


def patiently(connection: Connection[tuple[object, ...]], statements: Sequence[sql.Composed]) -> None:
    """Run statements in one transaction; where it would stand in the way of running services it comes again."""
    for left in reversed(range(TRIES)):
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = '{GIVES_WAY}'")
                for statement in statements:
                    connection.execute(statement)
        except (errors.DeadlockDetected, errors.LockNotAvailable, errors.InternalError):
            # The last: two of us changed one row of the catalogue at once.
            if not left:
                raise
            time.sleep(PAUSE)
        else:
            return


def _logins(processes: Sequence[str]) -> sql.Composed:
    named = [role_of(service, process) for service in SERVICES for process in processes]
    return sql.SQL(", ").join(map(sql.Identifier, named))


def _marked(connection: Connection[tuple[object, ...]]) -> object:
    row = connection.execute("SELECT obj_description('access'::regnamespace, 'pg_namespace')").fetchone()
    return row[0] if row else None


def make_roles(connection: Connection[tuple[object, ...]]) -> None:
    """Make the logins that are missing; a copy of a database is read back where they may never have been."""
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    # A login without a password opens nothing; NOINHERIT and no membership: nobody becomes another.
    attributes = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT NOREPLICATION")
    for role in [*roles(), READER]:
        if role not in known:
            connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), attributes))
    if READER not in known:
        for name, value in READER_SETTINGS.items():  # a panel that asks for too much ends by itself
            setting = sql.SQL("ALTER ROLE {} SET {} = {}")
            connection.execute(setting.format(sql.Identifier(READER), sql.Identifier(name), sql.Literal(value)))


def let_in(connection: Connection[tuple[object, ...]], role: str, password: str) -> None:
    """Give a login its password."""
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.execute(statement)


def _persons() -> Iterator[Iterator[sql.Composed]]:
    """Protected persons: a service sees its own kind, its API of that what lies in the tenants of the one who asks."""
    return (_persons_table(table) for table in PERSONS)


def _persons_table(table: str) -> Iterator[sql.Composed]:
    yield sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier("pii"))
    place = sql.Identifier("pii", table)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(place)
    yield sql.SQL("DROP POLICY IF EXISTS owner ON {}").format(place)
    yield sql.SQL("CREATE POLICY owner ON {} TO CURRENT_USER USING (true)").format(place)
    for service, kind in KINDS.items():
        for process in PROCESSES:
            role, policy = sql.Identifier(role_of(service, process)), sql.Identifier(f"{service}_{process}")
            yield sql.SQL("GRANT USAGE ON SCHEMA pii TO {}").format(role)
            yield sql.SQL("REVOKE ALL ON {} FROM {}").format(place, role)
            yield sql.SQL("GRANT {} ON {} TO {}").format(_rights(table, process, kind), place, role)
            yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(policy, place)
            yield sql.SQL("CREATE POLICY {} ON {} TO {} USING ({})").format(
                policy, place, role, _whose(table, process, kind)
            )


def _told() -> Iterator[sql.Composed]:
    api, worker = (sql.Identifier(role_of("notify", process)) for process in PROCESSES)
    yield sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier("pii"))
    for table, met in TOLD.items():
        place = sql.Identifier("pii", table)
        yield sql.SQL("REVOKE ALL ON {} FROM {}, {}").format(place, api, worker)
        yield sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(place, worker)
        yield from _policies("notify", place, table, met)


def _rights(table: str, process: str, kind: Kind) -> sql.SQL:
    changing = table != "opening" and (process == "worker" or kind.changes)
    return sql.SQL("SELECT, INSERT, UPDATE, DELETE" if changing else "SELECT, INSERT")


def _whose(table: str, process: str, kind: Kind) -> sql.Composed:
    if table != "person":  # where the person is seen: their policy holds inside
        return sql.SQL("EXISTS (SELECT FROM person WHERE person.handle = {}.handle)").format(sql.Identifier(table))
    seen = sql.SQL(" AND " + SEEN.replace("{table}", table) if process == "api" else "")
    return sql.SQL("kind = {}{}").format(sql.Literal(kind.name), seen)


def _audit() -> Iterator[sql.Composed]:
    """Everybody adds entries, by the function alone; reporting shows them in its page, and keeps heads elsewhere."""
    api, worker = (sql.Identifier(role_of("reporting", process)) for process in PROCESSES)
    for table in AUDIT:
        place = sql.Identifier("access", table)
        yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(place)
        for name in ("owner", "worker", "api"):
            yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), place)
        yield sql.SQL("CREATE POLICY owner ON {} TO CURRENT_USER USING (true)").format(place)
        condition = sql.SQL(SEEN.replace("{table}", table))
        yield sql.SQL("CREATE POLICY api ON {} FOR SELECT TO {} USING ({})").format(place, api, condition)
        yield sql.SQL("GRANT SELECT ON {} TO {}").format(place, api)
    heads = sql.Identifier("access", AUDIT[1])
    yield sql.SQL("CREATE POLICY worker ON {} FOR SELECT TO {} USING (true)").format(heads, worker)
    yield sql.SQL("GRANT SELECT ON {} TO {}").format(heads, worker)


def _schema(connection: Connection[tuple[object, ...]], service: str) -> Iterator[list[sql.Composed]]:
    yield list(_grants(service))
    for table, columns in _tables(connection, service):
        yield list(_table(service, table, columns))


def _grants(service: str) -> Iterator[sql.Composed]:
    schema = sql.Identifier(service)
    api, worker = (sql.Identifier(role_of(service, process)) for process in PROCESSES)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}, {}").format(schema, api, worker)
    yield sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(schema, worker)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}, {}").format(schema, api, worker)
    for function in _MONTHS.get(service, ()):
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), worker)
    for function in SEARCHES.get(service, ()):
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), api)
    if service == "reporting":
        for function in SYSTEMS:
            yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(function), api)
    if service == "intake":  # the HTTP door may be the first to hear something of a month
        yield sql.SQL("GRANT EXECUTE ON FUNCTION intake.make_month(date) TO {}").format(api)


def _table(service: str, table: str, columns: frozenset[str]) -> Iterator[sql.Composed]:
    # Every process asks at its start which schema there is.
    own = {"alembic_version": opened()} | dict(TABLES[service])
    met = own.get(table, Table() if columns.issuperset(COLUMNS) else None)
    if met is not None and not met.seen:
        met = met._replace(seen=seen(columns))
    yield sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(service))  # conditions name tables of the schema
    yield from _policies(service, sql.Identifier(service, table), table, met)


def _policies(service: str, place: sql.Identifier, table: str, met: Table | None) -> Iterator[sql.Composed]:
    """Row security on a table of a service: everything for its worker, for its API what `met` says."""
    api, worker = (sql.Identifier(role_of(service, process)) for process in PROCESSES)
    yield sql.SQL("REVOKE ALL ON {} FROM {}").format(place, api)
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(place)
    for name in ("owner", "worker", "api"):
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), place)
    yield sql.SQL("CREATE POLICY owner ON {} TO CURRENT_USER USING (true)").format(place)
    yield sql.SQL("CREATE POLICY worker ON {} TO {} USING (true)").format(place, worker)
    if met is None:
        return
    condition = sql.SQL((met.seen or SEEN).replace("{table}", table))
    yield sql.SQL("CREATE POLICY api ON {} TO {} USING ({})").format(place, api, condition)
    rights = sql.SQL(", ".join(filter(None, ("SELECT", met.writes))))
    yield sql.SQL("GRANT {} ON {} TO {}").format(rights, place, api)


def _tables(connection: Connection[tuple[object, ...]], schema: str) -> list[tuple[str, frozenset[str]]]:
    """Every table but partitions: those are read through their table, whose policies hold."""
    rows = connection.execute(
        """SELECT c.relname, array_agg(a.attname::text) FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.oid ORDER BY c.relname""",
        (schema,),
    ).fetchall()
    return [(str(name), frozenset(map(str, columns))) for name, columns in rows]  # type: ignore[call-overload]
