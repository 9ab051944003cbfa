"""The whole of notify's worker as a process, with a broker of its own and providers that fail at random."""

import json
from collections import Counter as Counts
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psycopg
import yaml
from psycopg.rows import dict_row

from contracts.decisions import DECISION_TYPE, Decision
from contracts.facts import Fact
from contracts.topics import ESCALATION_FACTS, NOTICE_FACTS, SLOTS, slot_of
from contracts.vocabulary import NoticeState
from runtime import broker, codec
from runtime.broker import Admin, NewTopic
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.settings import ProcessSettings
from runtime.testing import Program
from services.notify.handlers.people import Counter
from tests.integration.notify_notices.providers import Providers
from tests.unit.services.notify.given import TREE

SECRET = "whsec_c2VjcmV0LW9mLXRlc3RzLW9ubHk="


class Post:
    """The whole of notify's worker, with a broker of its own and providers that fail at random."""

    def __init__(
        self,
        *,
        brokers: str,
        database_url: str,
        folder: Path,
        trouble: float,
        seed: int,
        offices: int = 1,
        channels: Sequence[str] = ("email",),
    ) -> None:
        """`channels`: of what is no instant report. `offices`: how many towns have an office, each with a mailbox, a hook and a robot of its own."""
        self.channels = list(channels)
        self.towns = [f"331081{n:03}" for n in range(1, offices + 1)]
        self.providers = Providers(seed, trouble=trouble, robots=self.towns)
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
                data=msgspec.Raw(msgspec.json.encode(each)),
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
        channels = ("email", "webhook", "dingtalk")
        routes = {**TREE, "retry": {name: {"delays_seconds": [0.1] * 200} for name in channels}}
        routes["route"] = {**TREE["route"], "settle_seconds": 0, "channels": self.channels}
        (folder / "routes.yaml").write_text(yaml.safe_dump(routes, allow_unicode=True))
        hook = f"http://127.0.0.1:{self.providers.hook_port}/"
        seats = [
            {
                "role": role,
                "unit": unit,
                "holder": f"{role}-{unit}",
                "since": "2020-01-01",
                "addresses": {
                    "email": f"{role}.{unit}@example.cn",
                    "webhook": f"{hook}{role}/{unit}",
                    "dingtalk": f"robot-{unit}",
                },
            }
            for role, unit in (*(("office", town) for town in self.towns), ("duty", "331081"), ("leader", "331081"))
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
            "BIHUAN_DINGTALK_URL": self.providers.robots.url,
            "BIHUAN_ROBOTS": json.dumps(
                {"dingtalk": {f"robot-{t}": {"token": t, "secret": f"SEC-{t}"} for t in self.towns}}
            ),
            "BIHUAN_ROBOT_TIMEOUT": "2",
        }

    def settle_like_a_person(self) -> None:
        """Who did not get it is written to again, the others are noted as told; from now on providers take everything."""
        self.providers.trouble = 0.0
        database = Database(self.url, schema="notify", application_name="person")
        people = Counter(database=database, clock=SystemClock())
        for row in self.rows("SELECT id FROM notice WHERE state = 'ambiguous'"):
            notice = str(row["id"])
            if self.seen()[notice]:
                people.settle(notice, NoticeState.DELIVERED, author="甲", reason="收件人已收到")
            else:
                people.retry(notice, author="甲", reason="收件人未收到")
        database.close()

    def seen(self) -> Counts[str]:
        """How often each notice was taken by a provider: by its id, by a digest's header, or by hazard and robot."""
        seen = Counts(self.providers.seen)
        named = {
            (str(row["subject"]), str(row["recipient"])): str(row["id"])
            for row in self.rows(
                """SELECT id, split_part(about, E'\\x1f', 3) AS subject, recipient FROM notice
                WHERE channel = 'dingtalk'"""
            )
        }
        for (subject, town), times in self.providers.hazards.items():
            seen[named[subject, f"office@{town}"]] += times
        return seen

    def restored_from_nothing(self) -> None:
        """The database of before: tables empty, positions and numbers at their beginning; the log stays."""
        self.worker.kill()
        with psycopg.connect(self.url, options="-c search_path=notify") as connection:
            connection.execute(
                """TRUNCATE remembered, pace, pause, notice_act, attempt, pii.attempt_to, pii.gone_address, notice, decision_record, outbox,
                relay_mark, relay_batch, consumer_position"""
            )
            connection.execute("UPDATE read_back SET incarnation = 1")
            connection.execute("UPDATE installation SET incarnation = 7")  # as the command that restores does
        self.worker.start()
