"""Whatever a superuser does to the audit behind its back is found, and named with its place."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from deploy import backup
from runtime.access import anchors, audit, store
from runtime.access.chain import Anchor, Fault, Head, Kind, faults
from runtime.clock import SystemClock
from runtime.database import Database
from tests.people import as_role

MINE, OTHER = "331081", "330302"


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The superuser, before whom nothing in the database is safe: triggers go when he wants them to."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        _unguarded(connection, "TRUNCATE access.audit, access.audit_head")
        yield connection


@pytest.fixture
def database(database_url: str, owner: psycopg.Connection[Any]) -> Iterator[Database]:
    opened = Database(database_url, schema=store.SCHEMA, application_name="test")
    yield opened
    opened.close()


@pytest.fixture
def anchor(database: Database) -> Anchor:
    """Ten entries of 温岭 and three of another county; the anchor stands at the eighth and lies outside."""
    with database.begin() as work:
        for n in range(3):
            audit.note(work, actor="zhao", act="确认", about=str(n), tenant=OTHER)
        for n in range(8):
            audit.note(work, actor="li", act="确认", about=f"提议,{n}", tenant=MINE, detail="12:文号〔2023〕1号 𠮷")
        kept = Anchor(SystemClock().now(), audit.heads(work))
        for n in range(2):
            audit.note(work, actor="王", act="退回", about=str(n), tenant=MINE)
    return kept


def _unguarded(connection: psycopg.Connection[Any], *statements: Any) -> None:
    """Do it as a superuser who first takes the guards away, and puts them back."""
    guards = (("audit", "append_only"), ("audit_head", "append_only"), ("audit_head", "moves_on"))
    for table, guard in guards:
        connection.execute(
            sql.SQL("ALTER TABLE access.{} DISABLE TRIGGER {}").format(*map(sql.Identifier, (table, guard)))
        )
    for statement in statements:
        connection.execute(statement)
    for table, guard in guards:
        connection.execute(
            sql.SQL("ALTER TABLE access.{} ENABLE ALWAYS TRIGGER {}").format(*map(sql.Identifier, (table, guard)))
        )


def found(database: Database, *outside: Anchor) -> list[Fault]:
    with database.begin() as work:
        return list(faults(audit.entries(work), audit.heads(work), outside))


def test_a_whole_chain_has_no_fault(database: Database, anchor: Anchor) -> None:
    """Python computes what the database did: three chains, of which two are noted in the installation's own."""
    assert found(database, anchor) == []
    assert {tenant: head.seq for tenant, head in anchor.heads.items()} == {"*": 2, OTHER: 3, MINE: 8}


def test_what_is_done_while_chains_are_compared_is_no_fault(database: Database, anchor: Anchor) -> None:
    """Heads and entries are of one moment: an entry that comes between both is in neither."""
    with database.begin() as work:
        heads, entries = audit.chains(work)
        with database.begin() as meanwhile:
            audit.note(meanwhile, actor="li", act="act", about="meanwhile", tenant=MINE)

        assert list(faults(entries, heads, [anchor])) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(
            ["UPDATE access.audit SET detail = '' WHERE tenant = '331081' AND seq = 4"],
            [Fault(MINE, 4, 4, Kind.CHANGED)],
            id="a field",
        ),
        pytest.param(
            ["UPDATE access.audit SET county = '' WHERE tenant = '331081' AND seq = 4"],
            [Fault(MINE, 4, 4, Kind.CHANGED)],
            id="the county by which an auditor would see it",
        ),
        pytest.param(
            ["UPDATE access.audit SET at = at + interval '1 microsecond' WHERE tenant = '330302' AND seq = 2"],
            [Fault(OTHER, 2, 2, Kind.CHANGED)],
            id="an instant",
        ),
        pytest.param(
            ["UPDATE access.audit SET actor = 'zhang' WHERE tenant = '331081'"],
            [Fault(MINE, 1, 10, Kind.CHANGED)],
            id="all of a chain, in one sentence",
        ),
        pytest.param(
            ["DELETE FROM access.audit WHERE tenant = '331081' AND seq = 5"],
            [Fault(MINE, 5, 5, Kind.MISSING)],
            id="one removed",
        ),
        pytest.param(
            ["DELETE FROM access.audit WHERE tenant = '331081' AND seq BETWEEN 3 AND 6"],
            [Fault(MINE, 3, 6, Kind.MISSING)],
            id="several removed",
        ),
        pytest.param(
            ["DELETE FROM access.audit WHERE tenant = '331081' AND seq > 7"],
            [Fault(MINE, 8, 10, Kind.CUT)],
            id="the tail cut",
        ),
        pytest.param(
            ["DELETE FROM access.audit WHERE tenant = '330302'"],
            [Fault(OTHER, 1, 3, Kind.CUT)],
            id="every entry of a chain",
        ),
        pytest.param(
            [
                "DELETE FROM access.audit WHERE tenant = '330302'",
                "DELETE FROM access.audit_head WHERE tenant = '330302'",
            ],
            [Fault(OTHER, 1, 1, Kind.GONE)],
            id="a chain with its head",
        ),
        pytest.param(
            [
                """INSERT INTO access.audit SELECT tenant, 11, at, actor, act, 'x', detail, province, city, county,
                hash, hash FROM access.audit WHERE tenant = '331081' AND seq = 10"""
            ],
            [Fault(MINE, 11, 11, Kind.INSERTED)],
            id="one added at the end",
        ),
        pytest.param(
            [
                "UPDATE access.audit SET seq = -seq WHERE tenant = '331081' AND seq > 4",
                "UPDATE access.audit SET seq = 1 - seq WHERE tenant = '331081' AND seq < 0",
                """INSERT INTO access.audit SELECT tenant, 5, at, actor, act, 'x', detail, province, city, county,
                hash, hash FROM access.audit WHERE tenant = '331081' AND seq = 4""",
            ],
            [Fault(MINE, 5, 10, Kind.CHANGED), Fault(MINE, 11, 11, Kind.INSERTED)],
            id="one put between",
        ),
        pytest.param(
            ["UPDATE access.audit_head SET hash = sha256('x') WHERE tenant = '331081'"],
            [Fault(MINE, 10, 10, Kind.HEAD)],
            id="the head alone",
        ),
    ],
)
def test_damage_is_named_with_its_place(
    database: Database, owner: psycopg.Connection[Any], anchor: Anchor, damage: list[str], told: list[Fault]
) -> None:
    """A row changed, one removed, the tail cut, one inserted: without looking outside the database."""
    _unguarded(owner, *damage)

    assert [fault for fault in found(database) if fault.kind is not Kind.UNLINKED] == told


def test_a_cut_that_mends_the_head_is_found_by_the_anchor(
    database: Database, owner: psycopg.Connection[Any], anchor: Anchor
) -> None:
    """The database alone cannot know; what was kept outside does."""
    _unguarded(
        owner,
        "DELETE FROM access.audit WHERE tenant = '331081' AND seq > 6",
        """UPDATE access.audit_head h SET seq = 6, hash = a.hash FROM access.audit a
        WHERE a.tenant = h.tenant AND a.seq = 6 AND h.tenant = '331081'""",
    )

    assert found(database) == []
    assert found(database, anchor) == [Fault(MINE, 7, 8, Kind.CUT)]


def test_a_chain_written_anew_is_found_by_the_anchor(
    database: Database, owner: psycopg.Connection[Any], anchor: Anchor
) -> None:
    """Every hash fits again, from the third entry on; the eighth is not the one that was, and the third anchor is."""
    with database.begin() as work:
        rows = list(audit.entries(work, MINE))
    early = Anchor(anchor.at, {MINE: Head(2, bytes(rows[1].hash))})
    _unguarded(
        owner,
        "DELETE FROM access.audit WHERE tenant = '331081' AND seq > 2",
        """UPDATE access.audit_head h SET seq = 2, hash = a.hash FROM access.audit a
        WHERE a.tenant = h.tenant AND a.seq = 2 AND h.tenant = '331081'""",
    )
    with database.begin() as work:
        for n in range(8):
            audit.note(work, actor="li", act="没有这回事", about=str(n), tenant=MINE)

    assert found(database) == []
    assert found(database, early, anchor) == [Fault(MINE, 3, 8, Kind.REWRITTEN)]
    assert str(found(database, anchor)[0]).startswith("331081 链第 1 至 8 条：与外部锚点不符")


def test_a_chain_that_vanished_with_every_trace_is_found_by_the_anchor(
    database: Database, owner: psycopg.Connection[Any], anchor: Anchor
) -> None:
    """Its entries, its head, and the installation's chain that told of it."""
    _unguarded(
        owner,
        "TRUNCATE access.audit, access.audit_head",
    )
    gone = found(database, anchor)

    assert gone == [Fault("*", 1, 2, Kind.GONE), Fault(OTHER, 1, 3, Kind.GONE), Fault(MINE, 1, 8, Kind.GONE)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access.audit SET act = 'x'",
        "DELETE FROM access.audit",
        "TRUNCATE access.audit",
        "UPDATE access.audit_head SET seq = 1",
        "DELETE FROM access.audit_head",
        "TRUNCATE access.audit_head",
    ],
)
@pytest.mark.parametrize("mode", ["origin", "replica"])
def test_the_audit_is_append_only(owner: psycopg.Connection[Any], anchor: Anchor, statement: Any, mode: str) -> None:
    """Also for the superuser, who has to take the triggers away first; playing a replica does not do it."""
    owner.execute(f"SET session_replication_role = {mode}")

    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        owner.execute(statement)


@pytest.mark.parametrize("process", ["api", "worker"])
def test_a_process_adds_and_does_no_more(database_url: str, owner: psycopg.Connection[Any], process: str) -> None:
    """It cannot even read what stands there."""
    with psycopg.connect(as_role(database_url, "notify", process), autocommit=True) as connection:
        connection.execute("SELECT access.note('li', 'x', 'y', '', ARRAY['', '', '', '*'])")
        for statement in (
            "SELECT FROM access.audit",
            "DELETE FROM access.audit",
            "INSERT INTO access.audit_head VALUES ('1', 1, '', '', '', '')",
            "UPDATE access.audit_head SET seq = seq + 1",
            "ALTER TABLE access.audit DISABLE TRIGGER ALL",
            "DROP FUNCTION access.refuse_change CASCADE",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


def test_many_processes_at_once_make_whole_chains(database_url: str, database: Database) -> None:
    """Eight connections of four services' logins, three tenants; nothing is lost, nothing doubled, no gap."""

    def act(which: int) -> None:
        service = ("intake", "escalation", "notify", "reporting")[which % 4]
        opened = Database(as_role_of[service], schema=service, application_name="test", pool_size=1)
        for n in range(25):
            with opened.begin() as work:
                audit.note(work, actor=f"p{which}", act="x", about=str(n), tenant=(MINE, OTHER, "*")[n % 3])
        opened.close()

    as_role_of = {
        service: as_role(database_url, service, "api") for service in ("intake", "escalation", "notify", "reporting")
    }
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    with database.begin() as work:
        rows = list(audit.entries(work))
        heads = audit.heads(work)

    assert list(faults(rows, heads)) == []
    assert {(row.actor, row.object) for row in rows if row.act == "x"} == {
        (f"p{which}", str(n)) for which in range(8) for n in range(25)
    }
    assert len(rows) == 8 * 25 + 2


def test_one_county_does_not_wait_for_another(database: Database, anchor: Anchor) -> None:
    """A transaction that holds one chain for as long as it likes is in nobody else's way."""
    with database.begin() as slow:
        audit.note(slow, actor="li", act="x", about="", tenant=MINE)
        with database.begin() as other:
            audit.note(other, actor="zhao", act="x", about="", tenant=OTHER)

    assert found(database) == []


def test_an_anchor_is_read_back_as_it_was_written(database: Database, anchor: Anchor, tmp_path: Any) -> None:
    """Two lines in a file; a broken third one is named."""
    file = tmp_path / "anchors"
    for _ in range(2):
        anchors.append(file, anchors.written(anchor.at, anchor.heads))

    assert list(anchors.read(file.read_text().splitlines())) == [anchor, anchor]
    with pytest.raises(ValueError, match="line 3 is no anchor"):
        list(anchors.read([*file.read_text().splitlines(), '{"at": 1}']))


def test_a_restored_copy_that_is_older_than_the_anchor_is_named_as_such(
    database_url: str, database: Database, anchor: Anchor, tmp_path: Path
) -> None:
    """The chain is whole as it was, what came after is missing, and the chain itself says why."""
    clock, copy = SystemClock(), tmp_path / "copy"
    backup.dump(database_url, copy, clock.now())
    with database.begin() as work:
        audit.note(work, actor="li", act="确认", about="此后", tenant=MINE)
        later = Anchor(clock.now(), audit.heads(work))
    elsewhere = database_url + "_restored"
    backup.restore(elsewhere, copy, clock.now())
    restored = Database(elsewhere, schema=store.SCHEMA, application_name="test")
    with restored.begin() as work:
        audit.note(work, actor="li", act="确认", about="恢复之后", tenant=MINE)
    told, whole = found(restored, anchor, later), found(restored, anchor)
    restored.close()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(elsewhere.rsplit("/", 1)[1])))

    assert whole == []
    assert told == [Fault(MINE, 9, 11, Kind.RESTORED)]  # from the last anchor that fits


@pytest.mark.parametrize(
    ("tenants", "whose"),
    [
        (("331081",), "331081"),
        (("331081", "331081006"), "331081"),
        (("331081", "331003"), "331000"),
        (("331081", "330302"), "330000"),
        (("331081", "370000"), "*"),
        (("*",), "*"),
        ((), "*"),
    ],
)
def test_an_act_for_several_units_goes_to_the_chain_of_what_is_above_them(tenants: tuple[str, ...], whose: str) -> None:
    """So that whoever audits the whole finds it."""
    assert whose == audit.tenant_of(tenants)
