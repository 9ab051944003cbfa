"""Row security stands on every table, forced; the processes' logins own nothing and cannot become one another."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from deploy import isolation
from deploy.isolation import SERVICES, TABLES, role_of
from deploy.seeing import COLUMNS, SECTOR
from tests.people import as_role

TABLES_THERE = """SELECT n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
    pg_get_userbyid(c.relowner), array_agg(a.attname::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p') GROUP BY n.nspname, c.oid"""


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def rows(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute(TABLES_THERE, (list(SERVICES),)).fetchall()


def test_every_table_has_forced_row_security(rows: list[tuple[Any, ...]]) -> None:
    """Partitions too: whoever came to one by its own name would meet it."""
    assert len(rows) > 50
    assert [f"{row[0]}.{row[1]}" for row in rows if not (row[2] and row[3])] == []


def test_no_login_of_ours_owns_a_table_or_passes_over_row_security(
    owner: psycopg.Connection[Any], rows: list[tuple[Any, ...]]
) -> None:
    """No superuser, no bypass, no right to make roles, and no membership by which one could become the other."""
    mighty = owner.execute(
        """SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit)""",
        (isolation.roles(),),
    ).fetchall()
    members = owner.execute(
        "SELECT m.roleid::regrole FROM pg_auth_members m WHERE m.member::regrole::text = ANY(%s)", (isolation.roles(),)
    ).fetchall()

    assert {row[5] for row in rows} & set(isolation.roles()) == set()
    assert (mighty, members) == ([], [])


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("wanted", ["worker", "owner"])
def test_a_request_cannot_take_another_role(database_url: str, service: str, wanted: str) -> None:
    """Not even by SQL that somebody smuggled in."""
    role = role_of(service, "worker") if wanted == "worker" else "bihuan"
    with (
        psycopg.connect(as_role(database_url, service, "api")) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def test_every_table_is_reached_by_its_columns_or_by_a_line(rows: list[tuple[Any, ...]]) -> None:
    """A line for a table that is not there would be believed; what has neither is hidden from people."""
    there = {(row[0], row[1]) for row in rows}

    assert [(s, t) for s in SERVICES for t in TABLES[s] if (s, t) not in there] == []


def test_rows_with_tenant_columns_are_never_open(rows: list[tuple[Any, ...]]) -> None:
    """Whatever else a line may say of them."""
    tenants = {(row[0], row[1]) for row in rows if set(COLUMNS) <= set(row[6])}

    assert [(s, t) for s, t in tenants if (line := TABLES[s].get(t)) and line.seen] == []


DECISION = """INSERT INTO escalation.decision (committee, decision_id, slot, key, province, city, county, tenant, level,
    rule, step, measure, status, namespace, subject_kind, subject_id, at, known_at, found_at, record)
    VALUES ('331081', %s, 1, 'k', '330000', '331000', %s, %s, 'county', 'overdue', '', 'remind', 'raised', 'n',
    'hazard', 'H', now(), now(), now(), '{}')"""


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        pytest.param(None, [], id="no scope sees nothing"),
        pytest.param("", [], id="an empty one neither"),
        pytest.param("*", ["a", "b", "c", "d"], id="everything"),
        pytest.param("331000", ["a", "b", "c", "d"], id="the city"),
        pytest.param("331081", ["a", "b", "c"], id="the county with what lies below"),
        pytest.param("331081006", ["b", "c"], id="the town with its village"),
        pytest.param("331082,331081006", ["b", "c", "d"], id="two sub-trees"),
        pytest.param("3310", [], id="a prefix is no scope"),
        pytest.param("33108%", [], id="nor is a pattern"),
        pytest.param("330300", [], id="another city"),
    ],
)
def test_the_scope_of_a_transaction_is_what_is_seen(
    database_url: str, owner: psycopg.Connection[Any], scope: str | None, seen: list[str]
) -> None:
    """By the API's login; the worker's sees all of its schema, and nothing of another."""
    owner.execute("TRUNCATE escalation.decision")
    for identity, county, tenant in (
        ("a", "331081", "331081"),
        ("b", "331081", "331081006"),
        ("c", "331081", "331081006001"),
        ("d", "331082", "331082"),
    ):
        owner.execute(DECISION, (identity, county, tenant))

    with psycopg.connect(as_role(database_url, "escalation", "api")) as connection:
        if scope is not None:
            connection.execute("SELECT set_config('bihuan.tenants', %s, true)", (scope,))
        found = connection.execute("SELECT decision_id FROM escalation.decision ORDER BY 1").fetchall()
    with psycopg.connect(as_role(database_url, "escalation", "worker")) as connection:
        whole = connection.execute("SELECT count(*) FROM escalation.decision").fetchall()
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT FROM notify.notice")

    assert ([row[0] for row in found], whole) == (seen, [(4,)])


def test_a_scope_ends_with_its_transaction(database_url: str, owner: psycopg.Connection[Any]) -> None:
    """The next request on the same connection begins with nothing."""
    owner.execute("TRUNCATE escalation.decision")
    owner.execute(DECISION, ("a", "331081", "331081"))
    with psycopg.connect(as_role(database_url, "escalation", "api")) as connection:
        counts = []
        for scope in ("331081", None):
            with connection.transaction():
                if scope:
                    connection.execute("SELECT set_config('bihuan.tenants', %s, true)", (scope,))
                row = connection.execute("SELECT count(*) FROM escalation.decision").fetchone()
                counts.append(row and row[0])

    assert counts == [1, 0]


@pytest.mark.parametrize("statement", ["DELETE FROM escalation.decision", "UPDATE escalation.decision SET rule = 'x'"])
def test_people_change_no_decision(database_url: str, statement: str) -> None:
    """The API has no right to, whoever asks."""
    with psycopg.connect(as_role(database_url, "escalation", "api")) as connection:
        connection.execute("SELECT set_config('bihuan.tenants', '*', true)")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[call-overload]


def test_applying_twice_changes_nothing(owner: psycopg.Connection[Any]) -> None:
    """And locks nothing while services run."""
    before = owner.execute("SELECT polname, polrelid::regclass::text, oid FROM pg_policy ORDER BY 3").fetchall()
    isolation.apply(owner)

    assert before == owner.execute("SELECT polname, polrelid::regclass::text, oid FROM pg_policy ORDER BY 3").fetchall()


@pytest.mark.parametrize(
    ("limits", "seen"),
    [
        pytest.param("", ["工贸", "建设", "渔业"], id="limited to none"),
        pytest.param("331081|工贸", ["工贸"], id="one sector of the county"),
        pytest.param("331000|建设", ["建设"], id="one sector of the city"),
        pytest.param("331081|工贸\n331081|渔业", ["工贸", "渔业"], id="two"),
        pytest.param("331081", ["工贸", "建设", "渔业"], id="all of this county's, whatever is limited elsewhere"),
        pytest.param("*|渔业", ["渔业"], id="one sector everywhere"),
        pytest.param("331082|工贸", [], id="another county's"),
        pytest.param("331081|工", [], id="a beginning is no sector"),
    ],
)
def test_rows_with_a_sector_are_seen_by_sectors_too(
    database_url: str, owner: psycopg.Connection[Any], limits: str, seen: list[str]
) -> None:
    """Counts as well: the sums bear it, and what is seen through a hazard goes by the hazard."""
    owner.execute("TRUNCATE reporting.tally")
    for sector in ("工贸", "建设", "渔业"):
        owner.execute(
            "INSERT INTO reporting.tally VALUES ('331081', '330000', '331000', '331081', '331081', %s, 'major', 'open', false, 1)",
            (sector,),
        )

    with psycopg.connect(as_role(database_url, "reporting", "api")) as connection:
        connection.execute(
            "SELECT set_config('bihuan.tenants', '*', true), set_config('bihuan.limits', %s, true)", (limits,)
        )
        found = connection.execute("SELECT sector FROM reporting.tally ORDER BY sector").fetchall()

    assert sorted(row[0] for row in found) == sorted(seen)


def test_every_table_with_a_sector_is_divided_by_it(
    owner: psycopg.Connection[Any], rows: list[tuple[Any, ...]]
) -> None:
    """A new one joins by itself, as it does by its tenant columns."""
    divided = owner.execute(
        "SELECT schemaname, tablename FROM pg_policies WHERE policyname = 'api' AND qual LIKE '%%bihuan.limits%%'"
    ).fetchall()
    wanted = {(row[0], row[1]) for row in rows if {*COLUMNS, SECTOR} <= set(row[6]) and not row[4]}

    assert wanted >= {("reporting", "hazard"), ("reporting", "tally")}
    assert set(divided) == wanted
