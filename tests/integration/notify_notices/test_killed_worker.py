"""A worker is killed again and again while notices leave: everybody is told, and nobody twice without our knowing."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import psycopg
import pytest
import yaml
from psycopg.rows import dict_row

from contracts.decisions import DECISION_TYPE, Decision
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, NOTICE_FACTS, SLOTS, slot_of
from contracts.vocabulary import Measure, NoticeState
from deploy.local.testing import start_kafka
from runtime import broker, codec
from runtime.broker import Admin, NewTopic
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program, eventually
from services.notify.handlers.people import Counter
from tests.integration.notify_notices.providers import Providers
from tests.unit.services.notify.given import TREE, decision

SECRET = "whsec_c2VjcmV0LW9mLXRlc3RzLW9ubHk="
DECISIONS = 150
KILLS = 6
STOPPED = 20  # decisions that are told while the worker is asked to stop
SEED = 20


class Post:
    """The whole of notify's worker, with a broker of its own and providers that fail at random."""

    def __init__(self, *, brokers: str, database_url: str, folder: Path, trouble: float) -> None:
        self.providers = Providers(SEED, trouble=trouble)
        self.url = database_url
        self.settings = ProcessSettings.model_construct(database_url=None, kafka_brokers=brokers)
        self._numbers = dict.fromkeys(range(SLOTS), 0)
        admin = Admin(self.settings, client_id="post")
        admin.create_topics([NewTopic(name=name, partitions=SLOTS) for name in (ESCALATION_FACTS, NOTICE_FACTS)])
        admin.close()
        self._producer = broker.producer(self.settings, client_id="post")
        self.worker = Program(
            ["-m", "services.notify.main", "worker"],
            environment=self._environment(brokers, folder),
            output=folder / "worker.log",
        )

    def close(self) -> None:
        if self.worker.process.poll() is None:
            self.worker.kill()
        self._producer.close()
        self.providers.close()

    def publish(self, decisions: Sequence[Decision]) -> None:
        """As escalation's relay would."""
        for each in decisions:
            slot = slot_of(each.committee)
            self._numbers[slot] += 1
            fact = Fact(
                id=f"{each.decision_id}:{each.status}",
                source="/bihuan/escalation",
                type=DECISION_TYPE,
                time=each.known_at,
                tenant=each.tenant,
                committee=each.committee,
                data=_encoded(each),
            )
            document = codec.splice(
                codec.encode(fact), accepted_at=each.known_at, incarnation=1, number=self._numbers[slot]
            )
            self._producer.send(ESCALATION_FACTS, document, key=each.committee.encode(), partition=slot)
        self._producer.flush(30)

    def rows(self, query: str) -> list[dict[str, object]]:
        with psycopg.connect(self.url, options="-c search_path=notify", row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()

    def count(self, where: str) -> int:
        (row,) = self.rows(f"SELECT count(*) AS n FROM notice WHERE {where}")
        return int(str(row["n"]))

    def _environment(self, brokers: str, folder: Path) -> dict[str, str]:
        routes = {**TREE, "retry": {name: {"delays_seconds": [0.1] * 200} for name in ("email", "webhook")}}
        routes["route"] = {**TREE["route"], "settle_seconds": 0}
        (folder / "routes.yaml").write_text(yaml.safe_dump(routes, allow_unicode=True))
        hook = f"http://127.0.0.1:{self.providers.hook_port}/"
        seats = [
            {
                "role": role,
                "unit": unit,
                "holder": f"{role}-{unit}",
                "since": "2020-01-01",
                "addresses": {"email": f"{role}.{unit}@example.cn", "webhook": f"{hook}{role}/{unit}"},
            }
            for role, unit in (("office", "331081001"), ("duty", "331081"), ("leader", "331081"))
        ]
        (folder / "roster.yaml").write_text(yaml.safe_dump({"version": 1, "seats": seats}, allow_unicode=True))
        return {
            "BIHUAN_DATABASE_URL": self.url,
            "BIHUAN_KAFKA_BROKERS": brokers,
            "BIHUAN_DATA_DIR": str(folder),
            "BIHUAN_INSTANCE": "notify-1",
            "BIHUAN_HTTP_PORT": "0",
            "BIHUAN_ROUTES_FILE": str(folder / "routes.yaml"),
            "BIHUAN_ROSTER_FILE": str(folder / "roster.yaml"),
            "BIHUAN_SMTP_HOST": "127.0.0.1",
            "BIHUAN_SMTP_PORT": str(self.providers.mail_port),
            "BIHUAN_SMTP_FROM": "bihuan@example.cn",
            "BIHUAN_SMTP_STARTTLS": "false",
            "BIHUAN_SMTP_TIMEOUT": "2",
            "BIHUAN_WEBHOOK_ALLOW": "127.0.0.0/8:*",
            "BIHUAN_WEBHOOK_ALLOW_LOOPBACK": "true",
            "BIHUAN_WEBHOOK_SECRETS": json.dumps({f"127.0.0.1:{self.providers.hook_port}": SECRET}),
            "BIHUAN_WEBHOOK_TIMEOUT": "2",
        }


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """A worker that is not started yet, with a broker of its own: the topics' names are the product's."""
    kafka = start_kafka(tmp_path / "kafka")
    made = Post(brokers=kafka.url, database_url=database_url, folder=tmp_path, trouble=0.2)
    yield made
    made.close()
    kafka.stop()


def _encoded(each: Decision) -> "codec.msgspec.Raw":
    return codec.msgspec.Raw(codec.msgspec.json.encode(each))


def _decisions(start: int, count: int) -> list[Decision]:
    """Reminders to one office, and every fifth an instant report to two people on two channels."""
    return [
        decision(decision_id=f"d-{n}", occurrence=str(n), measure=Measure.REMIND if n % 5 else Measure.INSTANT_REPORT)
        for n in range(start, start + count)
    ]


@pytest.mark.timeout(300)
def test_everybody_is_told_and_no_double_is_unknown(post: Post) -> None:
    """Killed at random; then a person looks at what nobody knows; then the log is read again from its beginning."""
    chance = Random(SEED)
    post.worker.start()
    _stop_in_order(post)
    for life in range(KILLS):
        post.publish(_decisions(life * DECISIONS // KILLS, DECISIONS // KILLS))
        expected = chance.randint(1, 12)
        before = sum(post.providers.seen.values())
        eventually(lambda: sum(post.providers.seen.values()) >= before + expected, within=60)  # noqa: B023
        post.worker.kill()
        post.worker.start()
    expected_notices = (DECISIONS + STOPPED) * 4 // 5 + (DECISIONS + STOPPED) // 5 * 4
    eventually(lambda: post.count("true") == expected_notices, within=60)
    eventually(lambda: post.count("state IN ('created', 'sending', 'retrying')") == 0, within=120)

    _settle_like_a_person(post)
    eventually(lambda: post.count("state <> 'delivered'") == 0, within=60)

    doubtful = {str(row["notice_id"]) for row in post.rows("SELECT notice_id FROM attempt WHERE outcome = 'ambiguous'")}
    seen = post.providers.seen
    assert {str(row["id"]) for row in post.rows("SELECT id FROM notice")} == set(seen)
    assert {notice for notice, times in seen.items() if times > 1} <= doubtful

    _read_again_from_the_beginning(post)

    assert (post.count("true"), seen) == (expected_notices, post.providers.seen)


def _stop_in_order(post: Post) -> None:
    """SIGTERM while notices leave: every answer under way is kept, and the process ends by itself."""
    post.publish(_decisions(DECISIONS, STOPPED))
    eventually(lambda: sum(post.providers.seen.values()) >= 3, within=60)

    status = post.worker.stop()

    assert (status, post.count("state = 'sending'")) == (0, 0)
    post.worker.start()


def _settle_like_a_person(post: Post) -> None:
    """Who did not get it is written to again, the others are noted as told."""
    post.providers.trouble = 0.0
    database = Database(post.url, schema="notify", application_name="person")
    people = Counter(database=database, clock=SystemClock())
    for row in post.rows("SELECT id FROM notice WHERE state = 'ambiguous'"):
        notice = str(row["id"])
        if post.providers.seen[notice]:
            people.settle(notice, NoticeState.DELIVERED, author="甲", reason="收件人已收到")
        else:
            people.retry(notice, author="甲", reason="收件人未收到")
    database.close()


def _read_again_from_the_beginning(post: Post) -> None:
    """The positions are lost; every record is heard again."""
    end = post.rows("SELECT slot, next_offset FROM consumer_position WHERE next_offset > 0")
    post.worker.kill()
    with psycopg.connect(post.url, options="-c search_path=notify") as connection:
        connection.execute("UPDATE consumer_position SET next_offset = 0, last_incarnation = 0, last_number = 0")
    post.worker.start()
    eventually(
        lambda: post.rows("SELECT slot, next_offset FROM consumer_position WHERE next_offset > 0") == end, within=60
    )
