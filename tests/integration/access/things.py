"""One of each thing in 温岭 and one in a district of 温州, whose words must never be told to anybody of 温岭."""

import json
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from contracts.divisions import load
from runtime.database import Database
from services.reporting.handlers.applying import ReadModels
from tests.integration.reporting_read_models.log import batches, records
from tests.unit.services.reporting.facts import BASE, reported

SECRET = "外县的秘密"
OWN = {
    "identity": "1",
    "form": "letter",
    "decision_id": "own-decision",
    "answer": "reject",
    "hazard_id": "own-hazard",
    "pack": "own-pack",
    "version": "1",
    "job": "00000000-0000-7000-8000-000000000001",
    "notice_id": "own-notice",
    "silence_id": "00000000-0000-7000-8000-000000000011",
    "tenant": "331081",
    "letter_id": "own-letter",
    "scan_id": "1",
    "token": "own-token",
    "kind": "ledger",
    "site_id": "331081:test:own-site",
}
FOREIGN = OWN | {
    "identity": "2",
    "decision_id": "far-decision",
    "hazard_id": "far-hazard",
    "job": "00000000-0000-7000-8000-000000000002",
    "notice_id": "far-notice",
    "silence_id": "00000000-0000-7000-8000-000000000012",
    "tenant": "330302",
    "letter_id": "far-letter",
    "scan_id": "2",
    "site_id": "330300:test:far-site",
}
MISSING = OWN | {
    "identity": "99",
    "decision_id": "gone-decision",
    "hazard_id": "gone-hazard",
    "job": "00000000-0000-7000-8000-000000000009",
    "notice_id": "gone-notice",
    "silence_id": "00000000-0000-7000-8000-000000000019",
    "tenant": "999999",
    "letter_id": "gone-letter",
    "scan_id": "9",
    "site_id": "330300:test:gone-site",
}
PLANTED = [
    ("escalation", "decision", "/v1/decisions"),
    ("notify", "notice", "/v1/notices"),
    ("reporting", "hazard", "/v1/hazards?tenant=330302"),
]
"""Where each service shows a foreign row once nothing holds it back."""


def marks_of(answer: Any) -> set[str]:
    """The secrets that an answer tells."""
    return {SECRET} & {word for word in (SECRET,) if word in answer.text or word in json.dumps(dict(answer.headers))}


def plant(owner: psycopg.Connection[Any]) -> None:
    """Put the things into every schema."""
    for which, tenant, committee, said in (("own", "331081", "331081", "自己的"), ("far", "330302", "330300", SECRET)):
        _plant(owner, which, tenant, committee, said)
    owner.commit()
    _read_models(owner.info.dsn, owner.info.password)


def _plant(owner: psycopg.Connection[Any], which: str, tenant: str, committee: str, said: str) -> None:
    things = OWN if which == "own" else FOREIGN
    columns = load().columns_of(tenant)._asdict()
    decision = things["decision_id"]
    record = json.dumps({"decision_id": decision, "tenant": tenant, "reason": said}, ensure_ascii=False)
    own = {**columns, "committee": committee}
    insert(owner, "intake.dead_letter", tenant=tenant, reason="invalid", door="http", body=said.encode())
    stands = {"subject_kind": "hazard", "subject_id": things["hazard_id"], "status": "proposed", "level": "county"}
    insert(owner, "escalation.decision", decision_id=decision, record=record, **own, **stands)
    insert(owner, "escalation.decision_record", decision_id=decision, committee=committee, event_id="e", record=record)
    key = f"hazard|test|{things['hazard_id']}"
    insert(owner, "escalation.case_file", key=key, kind="hazard", id=things["hazard_id"], **own)
    owner.execute("SELECT escalation.make_month('2023-05-01'::date)")
    moments = {"known_at": "2023-05-08T09:00:00+08:00", "happened_at": "2023-05-08T09:00:00+08:00"}
    insert(owner, "escalation.fact", key=key, document=record.encode(), event_id=which, **own, **moments)
    insert(owner, "escalation.what_if", id=things["job"], question=record, state="done", answer=record, **own)
    insert(owner, "notify.notice", id=things["notice_id"], decision_id=decision, why=said, **_STATES, **own)
    insert(owner, "notify.notice_act", notice_id=things["notice_id"], act="retried", author="甲", reason=said)
    match = json.dumps({"tenant": [tenant]})
    ends = {"starts_at": "2020-01-01", "ends_at": "2099-01-01"}
    insert(owner, "notify.silence", id=things["silence_id"], author="甲", reason=said, match=match, **ends)
    insert(owner, "notify.tenant_rule", tenant=tenant, author="甲", reason=said)


def insert(owner: psycopg.Connection[Any], table: str, **given: object) -> None:
    """Insert a row; what has to be there and is not given gets a plain value of its type."""
    schema, name = table.split(".")
    needed = owner.execute(
        """SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s
        AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'""",
        (schema, name),
    ).fetchall()
    values = {column: _PLAIN[kind] for column, kind in needed} | given
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(schema, name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    owner.execute(statement, list(values.values()))


_STATES = {
    "state": "delivered",
    "status": "raised",
    "rule": "overdue",
    "measure": "remind",
    "level": "county",
    "channel": "email",
}
_PLAIN: dict[str, object] = {
    "text": "",
    "integer": 0,
    "bigint": 0,
    "smallint": 0,
    "boolean": False,
    "bytea": b"{}",
    "json": "{}",
    "jsonb": "{}",
    "ARRAY": [],
    "timestamp with time zone": "2023-05-08T09:00:00+08:00",
    "uuid": "00000000-0000-7000-8000-000000000000",
    "date": "2023-05-08",
}


def _read_models(dsn: str, password: str) -> None:
    """Let reporting hear of both hazards as it does of any."""
    told = []
    for things, tenant, committee, said in (
        (OWN, "331081006", "331081", "自己的"),
        (FOREIGN, "330302", "330300", SECRET),
    ):
        place = things["site_id"].rpartition(":")[2]
        site = {"id": place, "name": said, "address": said, "kind": "unit", "sector": "工贸"}
        fact = reported(
            BASE, event_id=f"r-{committee}", hazard_id=things["hazard_id"], tenant=tenant, site=site, description=said
        )
        told.append(msgspec.structs.replace(fact, committee=committee))
    parts = dict(word.split("=", 1) for word in dsn.split())
    url = f"postgresql://{parts['user']}:{password}@{parts['host']}:{parts['port']}/{parts['dbname']}"
    database = Database(url, schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(records(told)))
    database.close()
