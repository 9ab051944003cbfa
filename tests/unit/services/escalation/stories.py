"""Build facts in few words and let them run through the core."""

import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from contracts import divisions
from contracts.decisions import Decision
from contracts.facts import Fact
from policies import files
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack, parse_pack
from services.escalation.core.simulation import simulate
from services.escalation.packs import work_calendar

WENLING = "331081"


@cache
def all_divisions() -> divisions.Divisions:
    return divisions.load()


@cache
def law_of(*names: str) -> Law:
    """The law of the packs that ship under these names."""
    folder = files.folder()
    return Law([parse_pack(files.read(folder / f"{name}.yaml")) for name in names], all_divisions(), work_calendar())


def law_with(pack: Pack) -> Law:
    return Law([pack], all_divisions(), work_calendar())


def moment(text: str) -> datetime:
    """`05-20` or `2023-05-20 09:30` in Asia/Shanghai; the year is 2023 where none is given."""
    day, _, clock = text.partition(" ")
    if len(day) == len("05-20"):
        day = f"2023-{day}"
    return datetime.fromisoformat(f"{day}T{clock or '00:00'}").replace(tzinfo=SHANGHAI)


def fact(
    type_: str, when: str, *, known: str | None = None, tenant: str = "331081003", id_: str = "", **data: Any
) -> Fact:
    """One fact: `hazard.closed` at `when`, recorded at `known`."""
    law = law_of("wenling-2023")
    body = json.dumps(data, ensure_ascii=False).encode()
    return Fact(
        id=id_ or f"{type_}/{when}/{known or ''}/{data.get('hazard_id', '')}",
        source="/tests",
        type=f"{type_}.v1",
        time=moment(when),
        tenant=tenant,
        committee=law.committee_of(tenant) or tenant[:4] + "00",
        data=msgspec.Raw(body),
        recordedtime=moment(known) if known else None,
    )


def report(
    when: str, hazard_id: str = "H-1", *, known: str | None = None, tenant: str = "331081003", **data: Any
) -> Fact:
    """A general hazard found by an inspection, to be rectified by 20 May unless said otherwise."""
    words = {
        "hazard_id": hazard_id,
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": {"id": "S-1", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": "2023-05-20",
    } | data
    return fact(
        "hazard.reported", when, known=known, tenant=tenant, **{k: v for k, v in words.items() if v is not None}
    )


def run(*facts: Fact, until: str, packs: tuple[str, ...] = ("wenling-2023",)) -> list[Decision]:
    """What the facts lead to, each known when it was recorded; obligations of the calendar are left out."""
    ordered = sorted(facts, key=lambda fact: fact.known_at)
    return [
        record
        for record in simulate(law_of(*packs), ordered, None, moment(until))
        if record.subject.kind != "obligation"
    ]


def said(records: list[Decision], *rules: str) -> list[str]:
    """Records in short: `overdue first raised 05-21 00:00`; only of the rules named, where any are."""
    return [
        " ".join(
            part
            for part in (
                record.rule,
                record.step,
                record.measure if record.rule == "joint_supervision" else "",
                record.status,
                f"{record.at.astimezone(SHANGHAI):%m-%d %H:%M}",
            )
            if part
        )
        for record in records
        if not rules or record.rule in rules
    ]


def settle(facts: list[Fact], until: datetime, law: Law | None = None) -> dict[str, tuple[str, str]]:
    """Let facts arrive in this order, a second apart and after everything happened; return what stands at the end.

    The result maps a decision's id to its rule and status; `coalesced` counts as what it would have been, because
    whether a rung becomes the one or the other depends on when the news came.
    """
    cases, engine = MemoryCases(), Engine(law or law_of("wenling-2023"))
    for place, one in enumerate(facts):
        known = msgspec.structs.replace(one, acceptedtime=until + timedelta(seconds=place))
        engine.apply_fact(known, cases)
    return standing(cases)


def standing(cases: MemoryCases) -> dict[str, tuple[str, str]]:
    """The decisions that stand, by id, without what was retracted and without alerts about late news."""
    return {
        decision_id: (
            entry.record.rule,
            _wanted(entry.record) if entry.record.status == "coalesced" else entry.record.status,
        )
        for case in cases.cases.values()
        for decision_id, entry in case.ledger.items()
        if entry.record.status != "retracted" and entry.record.rule != "late_evidence"
    }


def _wanted(record: Decision) -> str:
    return "proposed" if record.measure in PUNITIVE else "raised"


def live(facts: list[Fact], until: datetime, law: Law | None = None) -> dict[str, tuple[str, str]]:
    """Let facts arrive when they happened, with deadlines passing in between; return what stands at `until`."""
    cases, engine = MemoryCases(), Engine(law or law_of("wenling-2023"))
    for one in sorted(facts, key=lambda fact: (fact.time, fact.source, fact.id)):
        pass_deadlines(engine, cases, one.time - timedelta(microseconds=1))
        engine.apply_fact(msgspec.structs.replace(one, acceptedtime=one.time), cases)
    pass_deadlines(engine, cases, until)
    return standing(cases)


def pass_deadlines(engine: Engine, cases: MemoryCases, until: datetime) -> None:
    """Fire every armed clock up to `until`, the earliest first."""
    while True:
        armed: list[tuple[datetime, CaseKey]] = [
            (case.next_at, key) for key, case in cases.cases.items() if case.next_at is not None
        ]
        at, key = min(armed, default=(None, None))
        if at is None or key is None or at > until:
            return
        engine.pass_deadline(key, at, cases)
