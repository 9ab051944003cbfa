"""A real installation is looked over: what is well, what somebody broke, and what does not answer."""

import datetime as dt
import gc
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import trustme
from pydantic import SecretStr

from deploy import topics
from deploy.doctor import auditing
from deploy.doctor.findings import Finding
from deploy.doctor.looking import DoctorSettings, look
from runtime.broker import Admin
from runtime.clock import SystemClock
from tests.secured import LONG_AGO, pretended_postgres

NOBODY_LISTENS = "127.0.0.1:9"


def now() -> dt.datetime:
    return SystemClock().now()


@pytest.fixture
def settings(database_url: str, kafka_brokers: str, tmp_path: Path) -> DoctorSettings:
    return DoctorSettings(database_url=SecretStr(database_url), kafka_brokers=kafka_brokers, data_dir=tmp_path)


def found(settings: DoctorSettings) -> dict[str, Finding]:
    return {one.finding.subject: one.finding for one in look(settings, now())}


def faults(settings: DoctorSettings) -> list[str]:
    return [one.finding.subject for one in look(settings, now()) if one.finding.level == "fault"]


def test_a_young_installation_is_well(settings: DoctorSettings) -> None:
    """Migrated, with its topics, and nothing has run yet."""
    with closing(Admin(settings, client_id="test")) as cluster:
        topics.create(cluster)

    seen = found(settings)

    assert faults(settings) == []
    assert seen["主题 hazard.facts"].said == "64 个分区，1 个副本"
    assert seen["计时"].level == "doubt"
    assert seen["escalation 的消费"].said == "还没有开始"


def test_what_somebody_broke_is_named(settings: DoctorSettings, database_url: str) -> None:
    """A schema ahead of us, a stopped slot, ticks that are held: three faults, each with its mend."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        kept = connection.execute("SELECT version_num FROM reporting.alembic_version").fetchone()
        connection.execute("UPDATE reporting.alembic_version SET version_num = '9999'")
        connection.execute(
            "INSERT INTO notify.consumer_position (topic, slot, next_offset, stopped) VALUES ('escalation.facts', 3, 0, 'fuse')"
        )
        connection.execute("UPDATE intake.clock_hold SET held_since = now(), sentence = 'clocks differ by 9 minutes'")

        seen = found(settings)

        connection.execute("UPDATE reporting.alembic_version SET version_num = %s", kept)
        connection.execute("DELETE FROM notify.consumer_position")
        connection.execute("UPDATE intake.clock_hold SET held_since = NULL, sentence = ''")
    broken = {name: one for name, one in seen.items() if one.level == "fault"}
    assert {"reporting 的表结构", "notify 的消费", "计时"} <= set(broken)
    assert broken["notify 的消费"].said == "分区停止：escalation.facts[3] fuse"
    assert all(one.mend for one in broken.values())


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the client leaves what was refused unclosed
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_does_not_answer_hides_nothing_else(settings: DoctorSettings) -> None:
    """The database is looked at all the same."""
    seen = found(settings.model_copy(update={"kafka_brokers": NOBODY_LISTENS}))

    gc.collect()  # here, where the warning is expected
    assert seen["Kafka"].level == "fault"
    assert seen["时钟"].level == "well"


def test_a_database_that_refuses_hides_nothing_else(settings: DoctorSettings) -> None:
    """Nor does its message show the password."""
    wrong = settings.database_url.get_secret_value().replace("@", "-canary@", 1)
    seen = found(settings.model_copy(update={"database_url": SecretStr(wrong)}))

    assert seen["数据库"].level == "fault"
    assert "canary" not in seen["数据库"].said
    assert seen["主题 hazard.facts"].level in {"well", "fault"}


@pytest.fixture
def expired() -> Iterator[str]:
    """The address of a server whose certificate ended yesterday."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(
        "127.0.0.1", not_before=now() - dt.timedelta(days=9), not_after=now() - dt.timedelta(days=1)
    ).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with closing(listening.accept()[0]) as plain, context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_an_expired_certificate_is_shown_with_its_day(settings: DoctorSettings, expired: str) -> None:
    """Though no client would trust it any more."""
    told = settings.model_copy(update={"kafka_brokers": expired, "kafka_security_protocol": "SSL"})

    first = next(one.finding for one in look(told, now()) if one.finding.subject == f"Kafka {expired}")

    assert first.level == "fault"
    assert "过期" in first.said


def test_an_expired_certificate_of_the_database_is_shown_too(settings: DoctorSettings, tmp_path: Path) -> None:
    """With its day, and before libpq says that something is wrong with it."""
    authority = trustme.CA()
    with pretended_postgres(authority.issue_cert("127.0.0.1", not_after=LONG_AGO)) as port:
        url = SecretStr(f"postgresql://me:x@127.0.0.1:{port}/b?sslmode=verify-full&sslrootcert={tmp_path}/none")
        told = settings.model_copy(update={"database_url": url})

        first = next(one.finding for one in look(told, now()) if one.check == "certificate")

    assert first.level == "fault"
    assert first.subject == f"数据库 127.0.0.1:{port}"
    assert first.said == "证书已于 2020-01-01 过期"


def test_an_audit_that_somebody_touched(settings: DoctorSettings, database_url: str) -> None:
    """Whole at first; an entry whose words were changed behind our back is a fault, with its place."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for act in ("signed", "confirmed", "silenced"):
            connection.execute("SELECT access.note('li', %s, 'x', '', ARRAY['', '', '', '*'])", (act,))
        whole = auditing.look(settings, now())
        connection.execute("ALTER TABLE access.audit DISABLE TRIGGER append_only")
        connection.execute("UPDATE access.audit SET act = 'something else' WHERE seq = 2")
        connection.execute("ALTER TABLE access.audit ENABLE ALWAYS TRIGGER append_only")

    touched = auditing.look(settings, now())

    assert whole.level == "well"
    assert touched.level == "fault"
    assert "changed" in touched.said
