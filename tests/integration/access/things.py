"""One of each thing in 温岭 and one in a district of 温州, whose words must never be told to anybody of 温岭."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

from contracts.divisions import load
from contracts.topics import PEOPLE_SOURCE
from policies import files
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.core.law import Law
from services.escalation.core.policy import parse_pack
from services.escalation.handlers import EscalationHandler
from services.escalation.metrics import METRICS
from services.escalation.packs import read_packs
from services.escalation.store import bulk
from services.escalation.store.lawbook import LawBook
from services.reporting.handlers.applying import ReadModels
from tests.integration.escalation_decisions.log import Log, read
from tests.integration.notify_letters.chancery import Chancery
from tests.integration.reporting_read_models.log import batches, records
from tests.packs import shipping
from tests.unit.services.escalation.stories import fact, law_of, law_with, moment, report
from tests.unit.services.notify.core.letters.writing import supervision
from tests.unit.services.reporting.facts import BASE, reported
from tests.unit.services.reporting.facts import fact as happened

SECRET: Final = "外县的秘密"
HOME, AWAY, NOWHERE = "331081", "330302", "999999"
ACCIDENT: Final[dict[str, Any]] = {
    "category": "industrial.mechanical",
    "sector": "工贸",
    "deaths": 1,
    "liability": "pending",
}
_UUID: Final = "00000000-0000-7000-8000-0000000000{}"


def _things(which: str, number: str, tenant: str, site: str) -> dict[str, Any]:
    """What stands for each part of a path; under the name of a service what is otherwise there."""
    return {
        "identity": number,
        "form": "notice_letter",
        "decision_id": f"{which}-decision",
        "answer": "reject",
        "hazard_id": f"{which}-hazard",
        "pack": "wenling-2023",
        "version": "1",
        "job": _UUID.format(f"0{number[-1]}"),
        "notice_id": f"{which}-notice",
        "silence_id": _UUID.format(f"1{number[-1]}"),
        "tenant": tenant,
        "letter_id": f"{which}-letter",
        "publication_id": f"{which}-publication",
        "scan_id": number,
        "token": f"{which}-token-0123456789-0123456789-0123456789",
        "kind": "ledger",
        "site_id": f"{site}:test:{which}-site",
        "accident_id": f"{which}-accident",
        "period": "2023-05",
        "unit": "331081003",
        "export": _UUID.format(f"3{number[-1]}"),
        "stamp": "x",
        "name": "frame.css",
        "escalation": {
            "site_id": f"{which}-site",
            "version": shipping("wenling-2023"),
            "decision_id": f"{which}-decision",
        },
        "reporting": {"identity": _UUID.format(f"2{number[-1]}")},
    }


OWN: Final = _things("own", "1", HOME, HOME)
FOREIGN: Final = _things("far", "2", AWAY, "330300")
MISSING: Final = _things("gone", "9", NOWHERE, "330300")
PLANTED: Final = [
    ("escalation", "decision", "/v1/decisions"),
    ("notify", "notice", "/v1/notices"),
    ("reporting", "hazard", "/v1/hazards/{hazard_id}"),
]
"""Where each service shows a foreign row once nothing holds it back."""


def plant(owner: psycopg.Connection[Any], url: str) -> None:
    """Put the things into every schema: by the services' own hands where that is short, else row by row."""
    _letters(owner, url)
    _cases(url)
    for things, tenant, committee, said in ((OWN, HOME, HOME, "自己的"), (FOREIGN, AWAY, "330300", SECRET)):
        _rows(owner, things, tenant, committee, said)
    owner.commit()
    _read_models(url)


def _letters(owner: psycopg.Connection[Any], url: str) -> None:
    """A signed letter in its county, one of another as its copy, each with a scan, a link to sign for it, a publication."""
    chancery = Chancery(url)
    written = chancery.issued(supervision()).id
    chancery.database.close()
    for things, tenant, said in ((OWN, HOME, "自己的"), (FOREIGN, AWAY, SECRET)):
        letter = things["letter_id"]
        columns = load().columns_of(tenant)._asdict()
        told = {
            "id": letter,
            "number": 7,
            "organ": tenant,
            "decision_id": letter,
            "thread": letter,
            "reply": said,
            **columns,
        }
        _copy(owner, "notify.letter", "id", written, told)
        _copy(owner, "notify.letter_document", "letter_id", written, {"letter_id": letter})
        text = things["publication_id"]
        public = {"id": text, "decision_id": text, "thread": text, "kind": "publication", "number": 8}
        _copy(owner, "notify.letter", "id", written, told | public)
        _copy(owner, "notify.letter_document", "letter_id", written, {"letter_id": text})
        scan = {"name": said, "file": b"%PDF-1.4", "media_type": "application/pdf", "author": "甲"}
        insert(owner, "notify.letter_scan", letter_id=letter, **scan)
        link = hashlib.sha256(things["token"].encode()).digest()
        insert(owner, "notify.receipt_link", token_sha256=link, letter_id=letter, expires_at="2099-01-01")
    owner.commit()


def _copy(owner: psycopg.Connection[Any], table: str, key: str, value: str, told: dict[str, Any]) -> None:
    place = sql.Identifier(*table.split("."))
    statement = sql.SQL("INSERT INTO {} SELECT (jsonb_populate_record(r, %s::jsonb)).* FROM {} r WHERE {} = %s").format(
        place, place, sql.Identifier(key)
    )
    owner.execute(statement, (msgspec.json.encode(told).decode(), value))


def _cases(url: str) -> None:
    """A hazard that fell due, an accident and help given, in both counties, as escalation's worker makes them."""
    database = Database(url, schema="escalation", application_name="test")
    with database.begin() as work:
        LawBook(read_packs(files.folder(None)), load()).law(bulk.cursor(work))
    for which, tenant, committee, law, said in (
        ("own", "331081003", HOME, law_of("wenling-2023"), "自己的"),
        ("far", AWAY, "330300", _far_law(), SECRET),
    ):
        handler = EscalationHandler(
            Engine(law), Metrics(METRICS), ManualClock(datetime(2023, 6, 1, tzinfo=UTC)), deadlines_at_once=100
        )
        site = {"id": f"{which}-site", "name": said, "address": said, "kind": "unit", "sector": "工贸"}
        hazard = {"tenant": tenant, "level": "major", "description": said, "site": site}
        listed = {"kind": "site", "id": site["id"]}
        told = (
            report("03-01 09:00", f"{which}-before", **hazard),
            fact("hazard.closed", "03-10 09:00", tenant=tenant, hazard_id=f"{which}-before"),
            report("05-08 09:00", f"{which}-hazard", **hazard),
            fact("accident.reported", "05-21 10:00", tenant=tenant, accident_id=f"{which}-accident",
                 site_id=site["id"], description=said, **ACCIDENT),
            fact("service.given", "05-22 11:00", tenant=tenant, site_id=site["id"], kind="advice", description=said),
            fact("listing.opened", "05-22 12:00", tenant=tenant, listing_id=f"{which}-listing", subject=listed,
                 level="county", batch=said, until="2023-08-31"),
        )  # fmt: skip
        log = Log(committee)
        if which == "far":  # from then on its units owe what the pack asks of them
            begun = fact("policy.activated", "05-01", tenant=committee, policy="wenzhou-2020", version="1")
            told = (msgspec.structs.replace(begun, source=PEOPLE_SOURCE), *told)
        for one in told:
            log.hear(msgspec.structs.replace(one, committee=committee), moment("05-23"))
        read(database, handler, log.tick(moment("06-30")).records)
    database.close()


def _far_law() -> Law:
    """温州's pack with a problem list and a duty beside its own, so that every picture has something of theirs in it."""
    raw = files.read(files.folder() / "wenzhou-2020.yaml")
    raw["rules"] |= {
        "recurrence": {"clauses": ["S2-24"]},
        "problem_list": {"clauses": ["S2-24"], "returns": 1, "age": {"count": 5, "unit": "calendar_day"}},
    }
    raw["units"]["far"] = [{"id": "far-unit", "name": SECRET, "tenant": AWAY}]
    monthly = {"kind": "yearly", "days": [{"label": "{year}-05", "month": 6, "day": 15}], "last_year": 2023}
    duty = {"rule": "periodic_report", "title": SECRET, "clauses": ["S2-01"], "units": ["far"], "when": monthly}
    raw["obligations"] = {"far_report": duty}
    return law_with(parse_pack(raw))


def _rows(owner: psycopg.Connection[Any], things: dict[str, Any], tenant: str, committee: str, said: str) -> None:
    columns = load().columns_of(tenant)._asdict()
    own = {**columns, "committee": committee}
    found = owner.execute("SELECT decision_id FROM escalation.decision WHERE committee = %s LIMIT 1", (committee,))
    (decision,) = found.fetchone() or ("",)
    things["escalation"]["decision_id"] = decision
    insert(owner, "intake.dead_letter", tenant=tenant, reason="invalid", door="http", body=said.encode())
    job = msgspec.json.encode({"said": said}).decode()
    insert(owner, "escalation.what_if", id=things["job"], question=job, state="done", answer=job, **own)
    insert(owner, "notify.notice", id=things["notice_id"], decision_id=things["notice_id"], why=said, **_STATES, **own)
    insert(owner, "notify.notice_act", notice_id=things["notice_id"], act="retried", author="甲", reason=said)
    match = msgspec.json.encode({"tenant": [tenant]}).decode()
    ends = {"starts_at": "2020-01-01", "ends_at": "2099-01-01"}
    insert(owner, "notify.silence", id=things["silence_id"], author="甲", reason=said, match=match, **ends)
    insert(owner, "notify.tenant_rule", tenant=tenant, author="甲", reason=said)
    objection = {"period": "2023-05", "said_by": "甲", "reason": said}
    insert(owner, "reporting.league_objection", id=things["reporting"]["identity"], **objection, **own)
    export: dict[str, Any] = {"id": things["export"], "asked_by": "county.331081", "state": "done", "name": said}
    export |= {"size": len(said.encode()), "wish": '{"kind": "ledger"}', "format": "xlsx", "expires_at": "2099-01-01"}
    insert(owner, "reporting.export", **export, **columns)
    insert(owner, "reporting.export_piece", export_id=things["export"], bytes=said.encode())
    tip_off = {"id": things["identity"], "category": said, "receipt": said.encode(), "person": things["job"], **columns}
    insert(owner, "intake.tip_off", **tip_off)


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


def _read_models(url: str) -> None:
    """Let reporting hear of both hazards as it does of any."""
    told = []
    for things, tenant, committee, said in (
        (OWN, "331081003", HOME, "自己的"),
        (FOREIGN, AWAY, "330300", SECRET),
    ):
        place = things["site_id"].rpartition(":")[2]
        site = {"id": place, "name": said, "address": said, "kind": "unit", "sector": "工贸"}
        fact = reported(
            BASE, event_id=f"r-{committee}", hazard_id=things["hazard_id"], tenant=tenant, site=site, description=said
        )
        told.append(msgspec.structs.replace(fact, committee=committee))
        accident = happened(
            "accident.reported",
            event_id=f"r-accident-{committee}",
            tenant=tenant,
            accident_id=things["accident_id"],
            site_id=place,
            description=said,
            **ACCIDENT,
        )
        told.append(msgspec.structs.replace(accident, committee=committee))
    database = Database(url, schema="reporting", application_name="test")
    with database.begin() as work:
        ReadModels(load()).handle(work, batches(records(told)))
    database.close()
