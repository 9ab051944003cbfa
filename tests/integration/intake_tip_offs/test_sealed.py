"""Nobody learns who told: not from the log, the database, a copy of it or after the time is over (S3-16, S3-31)."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from psycopg import errors
from starlette.testclient import TestClient

from runtime import persons
from runtime.database import Database
from runtime.testing import ManualClock
from runtime.vault import new_master_line
from services.intake.handlers.tip_offs import TipOffDesk
from tests.integration.intake_doors.scene import outbox_of
from tests.integration.intake_tip_offs.scene import HIDDEN, MASTERS, STORY, TOLD, Told, only_id
from tests.people import as_role


def test_a_tip_off_reaches_the_log_without_a_word_of_its_informer(told: Told, own: Database) -> None:
    """The category and the county leave; neither the words nor the name nor the telephone do."""
    told()
    with own.begin(["*"]) as work:
        ((_, key, document),) = outbox_of(work)

    assert ("331081", "tip_off.received.v1") == (key, document["type"])
    assert {"tip_off_id", "category", "description"} == document["data"].keys()
    assert not re.search(f"{HIDDEN.pattern}|化工厂", json.dumps(document, ensure_ascii=False))


def test_what_is_kept_is_sealed(told: Told, database_url: str) -> None:
    """Not a word of it stands in any row of the database; the receipt code does not either."""
    code = told()
    with psycopg.connect(database_url) as owner:
        rows = []
        for schema, table in owner.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('intake', 'pii')"
        ).fetchall():
            rows += owner.execute(f'SELECT t::text FROM {schema}."{table}" t').fetchall()  # type: ignore[call-overload]
    text = "\n".join(row[0] for row in rows)

    hidden = [*list(TOLD.values())[2:], code, code.replace("-", "")]
    assert [word for word in hidden if word in text or word.encode().hex() in text] == []
    assert len(rows) > 5


def test_another_master_key_wraps_anew_and_the_old_one_can_go(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk]
) -> None:
    """What was sealed is untouched; afterwards the old key opens nothing that the database holds."""
    told()
    identity = only_id(client, handler)
    second = new_master_line("second")
    both = desk(f"{second}\n{MASTERS}")
    with both.database.begin() as work:
        before = work.connection.execute("SELECT body FROM pii.sealed ORDER BY name").fetchall()
        moved = [persons.rewrap(work, both.sealing, most=10), persons.rewrap(work, both.sealing, most=10)]
        after = work.connection.execute("SELECT body FROM pii.sealed ORDER BY name").fetchall()

    assert ([1, 0], before) == (moved, after)
    assert STORY == desk(second).open_story(identity, by="x", reason="换钥之后").story
    with pytest.raises(Exception, match="master key second is not among"):
        desk(MASTERS).open_story(identity, by="x", reason="旧钥")


def test_who_is_erased_opens_nowhere(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk], database_url: str
) -> None:
    """The key is gone and what it sealed; the case stays, and the informer is told so."""
    code = told()
    identity = only_id(client, handler)
    here = desk(MASTERS)
    erased = [here.erase(identity, by="x", reason="本人要求"), here.erase(identity, by="x", reason="本人要求")]
    opened = client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "再看一次"}, headers=handler)
    with psycopg.connect(database_url) as owner:
        row = owner.execute("SELECT wrapped, erased_why, (SELECT count(*) FROM pii.sealed) FROM pii.person").fetchone()

    assert [True, False] == erased
    assert (410, True) == (opened.status_code, "已经按规定销毁" in opened.text)
    assert (None, "本人要求", 0) == row
    assert "销毁" in client.post("/tip-off/status", data={"code": code}).text


def test_an_informer_is_forgotten_a_year_after_the_end(
    told: Told, client: TestClient, handler: dict[str, str], desk: Callable[[str], TipOffDesk], clock: ManualClock
) -> None:
    """Not a day before, and never while the tip-off is handled."""
    told()
    told(story="另一件还没有办结的举报")
    here = desk(MASTERS)
    listed = re.findall(r'href="/tip-offs/(T[0-9a-f]{16})"', client.get("/tip-offs", headers=handler).text)
    assert client.post(
        f"/tip-offs/{listed[0]}/verify", data={"verdict": "false"}, headers=handler, follow_redirects=False
    ).is_redirect
    counts = []
    for days in (360, 10, 400):
        clock.advance(timedelta(days=days).total_seconds())
        counts.append(here.expire())

    assert [0, 1, 0] == counts


def test_row_security_keeps_informers_from_every_other_login(told: Told, database_url: str) -> None:
    """Another service's logins see no informer; intake's API sees those of its scope, and changes nothing."""
    told()

    def count(service: str, process: str, scope: str | None = None) -> int:
        with psycopg.connect(as_role(database_url, service, process)) as connection:
            if scope is not None:
                connection.execute("SELECT set_config('bihuan.tenants', %s, true)", (scope,))
            row = connection.execute("SELECT count(*) FROM pii.sealed").fetchone()
            return int(row[0]) if row else -1

    assert 2 == count("intake", "worker")
    assert [2, 2, 0, 0] == [count("intake", "api", scope) for scope in ("331081", "*", "330302", "")]
    assert [0, 0] == [count("notify", "api", "*"), count("notify", "worker")]
    for service in ("escalation", "reporting"):
        with pytest.raises(errors.InsufficientPrivilege):
            count(service, "worker")
    with psycopg.connect(as_role(database_url, "intake", "api")) as connection:
        connection.execute("SELECT set_config('bihuan.tenants', '*', true)")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("UPDATE pii.person SET tenant = tenant")
