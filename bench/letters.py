"""(h) Official letters: drafted from their decisions, then signed one by one, each with its number and its DOCX."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import yaml

from bench.figures import Figure
from bench.processes import Stage, load
from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from policies.files import folder
from policies.tables import clauses
from runtime.clock import SystemClock
from runtime.database import Database
from services.notify.core.letters.organs import letter_rules_from
from services.notify.core.letters.wording import Desk, Quotation
from services.notify.core.places import Places
from services.notify.core.routes import routes_from
from services.notify.handlers.hearing import Hearing
from services.notify.handlers.letters.drafting import Drafting
from services.notify.handlers.letters.office import Office
from services.notify.store.letter_listing import Wanted, list_letters

ALLOWED: Final = 30.0  # seconds for five hundred
DUE: Final = datetime(2023, 5, 20, 16, tzinfo=UTC)


def measure(stage: Stage) -> Iterator[Figure]:
    """Five hundred 督办函 of one organ, so that every signature waits for the number before it."""
    count = stage.sizes.letters
    database = Database(stage.database("letters"), schema="notify", application_name="bench")
    desk = Desk(
        rules=letter_rules_from(yaml.safe_load((folder() / "letters.yaml").read_text(encoding="utf-8")), stage.table),
        places=Places(stage.table),
        clauses={row.clause: Quotation(row.notice, row.quotation) for row in clauses().values()},
    )
    clock = SystemClock()
    routes = routes_from(yaml.safe_load((folder() / "routes.yaml").read_text(encoding="utf-8")))
    drafting = Drafting(desk=desk, divisions=stage.table)
    hearing = Hearing(routes=routes, divisions=stage.table, drafting=drafting, clock=clock)
    office = Office(database=database, desk=desk, divisions=stage.table, clock=clock)

    began = time.perf_counter()
    with database.begin() as work:
        hearing.hear(work, [overdue(n) for n in range(count)])
    drafted = time.perf_counter()
    with database.begin() as work:
        waiting = [letter.id for letter in list_letters(work, Wanted(limit=count))]
    used = time.process_time()
    for letter_id in waiting:
        office.sign(letter_id, by="bench")
    ended, used = time.perf_counter(), time.process_time() - used
    with database.begin() as work:
        numbers = sorted(letter.number or 0 for letter in list_letters(work, Wanted(limit=count)))
    database.close()
    if numbers != list(range(1, count + 1)):
        raise RuntimeError("the numbers have gaps")
    yield Figure(
        part="h",
        key="letters",
        what=f"{count:,} official letters",
        rate=count / (ended - began),
        worker_cpu=used / count * 1e6,
        load=load(),
        note=f"drafted in {drafted - began:.1f} s, signed as DOCX in {ended - drafted:.1f} s; asked for: 500 in under {ALLOWED:.0f} s",
    )


def overdue(number: int) -> Decision:
    """The rung at which the county supervises a hazard of a street."""
    return Decision(
        decision_id=f"bench-{number}",
        at=DUE,
        known_at=DUE,
        tenant=f"3310810{1 + number % 16:02}",
        level=Level.COUNTY,
        rule=RuleId.OVERDUE,
        step="T+7",
        measure=Measure.SUPERVISION_LETTER,
        status=Status.RAISED,
        subject=Subject(kind=SubjectKind.HAZARD, id=f"YH-{number}"),
        clauses=("S2-22", "S2-09"),
        policy=PolicyVersion(id="wenling-2023", version="1"),
        reason=f"示例机械有限公司的一般隐患“疏散通道被货物堵塞”（YH-{number}），整改期限为2023年5月20日24时，至今未整改。",
        facts=(f"e-{number}",),
        late_recorded=False,
        occurrence="0",
        committee="331081",
        since=DUE,
        context={
            "description": "疏散通道被货物堵塞，安全出口指示灯损坏，灭火器过期",
            "site_name": "示例机械有限公司",
            "address": "示例路1号",
            "sector": "工贸",
            "hazard_level": "general",
            "found_by": "undercover",
            "responsible_unit": "示例机械有限公司",
            "supervising_unit": "市应急管理局",
            "addressee": "responsible_unit",
            "due": "2023-05-21T00:00:00+08:00",
        },
    )
