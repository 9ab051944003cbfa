"""Who is told and where stands in a schema of its own, and is taken away without taking away what happened."""

from datetime import timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from bihuan.main import build
from contracts.roles import EVERYWHERE
from deploy.isolation import role_of
from runtime.database import Database
from services.notify.store import personal
from services.notify.store.listing import show_notice
from tests.integration.notify_notices.office import YES, Office, back
from tests.people import as_role
from tests.unit.services.notify.given import NOW, decision, later, seat


def test_nothing_personal_stands_in_the_schema_of_notify(office: Office) -> None:
    """No column for a name or an address but the ones in pii."""
    found = office.sql(
        """SELECT table_schema, table_name, column_name FROM information_schema.columns
        WHERE table_schema IN ('notify', 'pii') AND column_name IN ('holder', 'address', 'addresses') ORDER BY 1, 2, 3"""
    )

    assert found == [
        ("pii", "attempt_to", "address"),
        ("pii", "attempt_to", "holder"),
        ("pii", "gone_address", "address"),
        ("pii", "seat_holder", "addresses"),
        ("pii", "seat_holder", "holder"),
    ]


@pytest.fixture
def handed_over(office: Office) -> str:
    """A notice that was delivered to somebody whose seat somebody else holds now; returns its id."""
    notice = office.told(YES)
    office.clock.advance(60)
    office.seat(seat(holder="甲", until=later(seconds=30)), seat(holder="乙", since=later(seconds=30)))
    return notice.id


def trail(office: Office, notice_id: str) -> list[tuple[str, str, str]]:
    with office.database.begin() as work:
        found = show_notice(work, notice_id)
    assert found is not None
    return [(each["holder"], each["address"], each["outcome"]) for each in found[1]]


def test_everybody_who_left_is_taken_away_in_time(office: Office, handed_over: str) -> None:
    """The attempt and its outcome stay; who sits there now stays too."""
    with office.database.begin() as work:
        erased = personal.erase(work, until=office.clock.now())
        seats = personal.list_seats(work)

    assert (erased.seats, erased.attempts) == (1, 1)
    assert trail(office, handed_over) == [(personal.ERASED, "", "delivered")]
    assert [each.holder for each in seats if each.unit == "331081001"] == ["乙", personal.ERASED]


def test_one_person_is_taken_away_alone(office: Office, handed_over: str) -> None:
    """What was told to others stays."""
    office.hear(decision(decision_id="d-2", occurrence="2"))
    (second,) = office.email.take(1)
    office.email.keep([back(second)])

    with office.database.begin() as work:
        erased = personal.erase(work, until=office.clock.now(), holder="甲")

    assert (erased.seats, erased.attempts) == (1, 0), "the attempt was for the holder before the roster was corrected"
    assert trail(office, second.notice_id)[0][0] == "乙"
    assert trail(office, handed_over)[0][0] == "office-331081001"


def test_who_sits_somewhere_is_not_taken_away(office: Office) -> None:
    """Nobody could be told there any more."""
    with pytest.raises(personal.StillHeld, match="leader@331081"), office.database.begin() as work:
        personal.erase(work, until=NOW, holder="leader-331081")


def test_at_the_keyboard(office: Office, handed_over: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in words; a present holder is refused with the mend."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    until = f"{office.clock.now() + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"

    done = CliRunner().invoke(build(["routes"]), ["routes", "erase", "--ended-by", until])
    refused = CliRunner().invoke(build(["routes"]), ["routes", "erase", "--ended-by", until, "--holder", "乙"])

    assert "席位 1 个、发送记录 1 条" in done.stdout
    assert trail(office, handed_over)[0][0] == personal.ERASED
    assert (refused.exit_code, "登记交接" in refused.stderr) == (1, True)


def test_the_api_sees_of_it_what_the_notice_lets_it_see(office: Office, database_url: str) -> None:
    """Row security: another county's clerk finds no name; other services reach nothing."""
    office.told(YES)
    with psycopg.connect(database_url, autocommit=True) as owner:

        def seen(role: str, tenants: str) -> int:
            with owner.transaction(force_rollback=True):
                owner.execute(f"SET LOCAL ROLE {role}".encode())
                owner.execute("SELECT set_config('bihuan.tenants', %s, true)", (tenants,))
                row = owner.execute("SELECT count(*) FROM pii.attempt_to").fetchone()
            return int(row[0]) if row else -1

        api = role_of("notify", "api")
        assert [seen(api, tenants) for tenants in ("331081", "330402", EVERYWHERE)] == [1, 0, 1]
        assert seen(role_of("notify", "worker"), "") == 1
        for service in ("intake", "escalation", "reporting"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                seen(role_of(service, "api"), EVERYWHERE)


def test_the_apis_own_login_takes_a_roster(office: Office, database_url: str) -> None:
    """As the page does: rows of the seats, and beside them who holds them."""
    own = Database(as_role(database_url, "notify", "api"), schema="notify", application_name="api")
    try:
        with own.begin([EVERYWHERE]) as work:
            changed = personal.put_seats(work, [seat("office", "331081003", holder="丙")])
            again = personal.put_seats(work, [seat("office", "331081003", holder="丙")])
    finally:
        own.close()

    assert (changed, again) == (1, 0)
    assert ("丙",) in office.sql("SELECT holder FROM pii.seat_holder")
