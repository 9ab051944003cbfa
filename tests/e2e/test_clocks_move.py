"""A committee puts another version of its pack into force and moves what runs: by commands, through the log."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from policies import files
from runtime.clock import SystemClock
from runtime.testing import eventually
from services.escalation.core.calendar import SHANGHAI, end_of
from tests.e2e.feed import STRUCTURED, document, event, send
from tests.machine import Machine
from tests.packs import at_version, following, shipped, version_of

pytestmark = pytest.mark.timeout(900)

COUNTY, PACK = "330402", "jiaxing-2020"
DUTIES, ACCIDENT = "weihai-2021", "RC-2026-A1"
MEETING = f"warning_meeting/371082/{ACCIDENT}"
OLD_TERM, NEW_TERM = "within: {count: 15, unit: calendar_day}", "within: {count: 10, unit: calendar_day}"
MOVED, STAYS = "JX-2026-001", "JX-2026-002"
WITHIN = 240.0  # seconds
OLD_RUNG, NEW_RUNG = "{step: T+3, day: 3,", "{step: T+5, day: 5,"
FIRST = version_of(shipped(PACK))
SECOND = following(FIRST)
SIGNED = ("--by", "wang", "--reason", "年中调整", "--document-no", "嘉安委办〔2026〕9号")


def tell(machine: Machine, kind: str, hazard_id: str, **data: object) -> None:
    """Write one event to the county's topic."""
    told = event(
        kind, id=f"{hazard_id}/{kind}", source="/jiaxing/safety", tenant=COUNTY, data={"hazard_id": hazard_id} | data
    )
    send(machine.settings, "inspection.jiaxing", [(document(told), STRUCTURED)])


def clock(machine: Machine, case_id: str, kind: str = "hazard") -> datetime | None:
    """When the case's clock fires next."""
    found = machine.rows("SELECT next_at FROM escalation.case_file WHERE kind = %s AND id = %s", kind, case_id)
    return found[0][0] if found else None


def rungs(machine: Machine, hazard_id: str) -> list[tuple[str, str]]:
    items = machine.get("escalation", f"/v1/decisions?subject={hazard_id}&rule=overdue").json["items"]
    return [(record["step"], record["policy"]["version"]) for record in items]


def next_version(folder: Path, name: str = PACK, old: str = OLD_RUNG, new: str = NEW_RUNG) -> Path:
    """The installation's packs, with the next version of one: its letter comes two days later, unless said otherwise."""
    shutil.copytree(files.folder(), folder)
    text = shipped(name)
    assert old in text
    (folder / f"{name}.yaml").write_text(at_version(text, SECOND).replace(old, new), encoding="utf-8")
    return folder


def test_running_clocks_move_to_another_version(machine: Machine, tmp_path: Path) -> None:
    """The rung that has fallen due stays under its version, the next one is the new version's; what ended stays where it was.

    A dry run only says so; said twice, it moves nothing more; the hazard's timeline shows the act.
    """
    deadline = SystemClock().now() - timedelta(days=1)  # the first rung falls due with the first tick
    words = {
        "level": "general", "category": "fire_safety", "description": "疏散通道被货物堵塞", "sector": "工贸",
        "site": {"id": "JX-S-1", "name": "南湖示范仓储", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
        "found_by": "inspection", "rectify_by": deadline.isoformat(),
    }  # fmt: skip
    for hazard_id in (MOVED, STAYS):
        tell(machine, "hazard.reported", hazard_id, **words)
    tell(machine, "hazard.rectified", STAYS, by="南湖示范仓储")
    eventually(lambda: ("first", FIRST) in rungs(machine, MOVED) and clock(machine, STAYS) is None, within=WITHIN)
    before = clock(machine, MOVED)
    assert before is not None
    packs = {"BIHUAN_POLICIES_DIR": str(next_version(tmp_path / "packs"))}

    machine.run("policy", "activate", PACK, *SIGNED, **packs)
    in_force = "SELECT activated_at FROM escalation.pack WHERE pack = %s AND version = %s"
    eventually(lambda: machine.rows(in_force, PACK, SECOND), within=WITHIN)
    assert clock(machine, MOVED) == before, "a running clock keeps its version"
    would = machine.run("policy", "migrate", PACK, FIRST, SECOND, "--dry-run", **packs)
    assert MOVED in would
    assert STAYS not in would
    machine.run("policy", "migrate", PACK, FIRST, SECOND, *SIGNED, **packs)

    eventually(lambda: clock(machine, MOVED) == before + timedelta(days=2), within=WITHIN)
    again = machine.ended("policy", "migrate", PACK, FIRST, SECOND, *SIGNED, **packs)
    assert again.stderr.endswith(f"0 clocks move from version {FIRST} to {SECOND}\n")
    assert rungs(machine, MOVED) == [("first", FIRST)], "nothing is taken back and nothing told twice"
    told = machine.get("escalation", f"/v1/hazards/{MOVED}/timeline").text
    assert "policy.migrated.v1" in told
    assert "嘉安委办〔2026〕9号" in told


def test_running_duties_move_too(machine: Machine, tmp_path: Path) -> None:
    """The warning meeting after an accident, due in fifteen days, becomes due in ten (S3-18): through the log.

    The record at the accident stays the old version's; who has to hold it is shown the new term, and the accident's report,
    which has no term in either version, does not move.
    """
    data = {
        "accident_id": ACCIDENT,
        "category": "industrial.mechanical",
        "sector": "工贸",
        "deaths": 0,
        "liability": "pending",
    }
    told = event("accident.reported", id=ACCIDENT, source="/rongcheng/safety", tenant="371082", data=data)
    send(machine.settings, "inspection.rongcheng", [(document(told), STRUCTURED)])
    eventually(lambda: clock(machine, MEETING, "obligation") is not None, within=WITHIN)
    before = clock(machine, MEETING, "obligation")
    assert before is not None
    packs = {"BIHUAN_POLICIES_DIR": str(next_version(tmp_path / "packs", DUTIES, OLD_TERM, NEW_TERM))}

    machine.run("policy", "activate", DUTIES, *SIGNED, **packs)
    in_force = "SELECT activated_at FROM escalation.pack WHERE pack = %s AND version = %s"
    eventually(lambda: machine.rows(in_force, DUTIES, SECOND), within=WITHIN)
    assert clock(machine, MEETING, "obligation") == before, "a running duty keeps its version"
    would = machine.run("policy", "migrate", DUTIES, FIRST, SECOND, "--dry-run", **packs)
    assert MEETING in would
    assert f"meeting_report/371082/{ACCIDENT}" not in would
    machine.run("policy", "migrate", DUTIES, FIRST, SECOND, *SIGNED, **packs)

    eventually(lambda: clock(machine, MEETING, "obligation") == before - timedelta(days=5), within=WITHIN)
    again = machine.ended("policy", "migrate", DUTIES, FIRST, SECOND, *SIGNED, **packs)
    assert again.stderr.endswith(f"0 clocks move from version {FIRST} to {SECOND}\n")
    items = machine.get("escalation", f"/v1/decisions?subject={ACCIDENT}&rule=warning_meeting").json["items"]
    assert {record["policy"]["version"] for record in items} == {FIRST}, "what was decided stays"
    duties = machine.get("escalation", "/v1/duties?unit=371082").json["items"]
    terms = {duty["obligation"]: duty["due"] for duty in duties if duty["period"] == ACCIDENT}
    last = datetime.fromisoformat(told["time"]).astimezone(SHANGHAI).date() + timedelta(days=10)
    assert datetime.fromisoformat(terms["warning_meeting"]) == end_of(last)
