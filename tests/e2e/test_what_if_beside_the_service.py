"""Another policy is tried on what is recorded, beside the running services: they see nothing of it and go on."""

import re
from pathlib import Path
from typing import Any

import pytest

from policies import files
from runtime.testing import eventually
from tests.e2e.feed import STRUCTURED, document, event, is_through, send
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

WITHIN = 240.0  # seconds
PACK, COUNTY, HAZARDS = "wenling-2023", "331081003", 40
LIVE = {
    "decision": "SELECT decision_id, status FROM escalation.decision ORDER BY 1",
    "decision_record": "SELECT count(*) FROM escalation.decision_record",
    "case_file": "SELECT committee, key, next_at FROM escalation.case_file ORDER BY 1, 2",
    "fact": "SELECT count(*) FROM escalation.fact",
    "pack": "SELECT pack, version, activated_at FROM escalation.pack ORDER BY 1, 2",
    "notice": "SELECT count(*) FROM notify.notice",
}
"""What the live services keep; only their clock goes on by itself."""


def sooner() -> str:
    """The shipped pack with a letter on the first day instead of a reminder."""
    text = (files.folder() / f"{PACK}.yaml").read_text(encoding="utf-8")
    changed = text.replace("step: first, day: 1, measure: remind", "step: first, day: 1, measure: notice_letter")
    assert changed != text
    return changed


def report(number: int) -> dict[str, Any]:
    """A hazard that was to be rectified long ago."""
    site = {
        "id": f"WI-S-{number}",
        "name": f"示范机械厂{number}",
        "address": "示范路1号",
        "kind": "unit",
        "sector": "工贸",
    }
    data = {
        "hazard_id": f"WI-{number}", "level": "general", "category": "fire_safety", "description": "疏散通道被货物堵塞",
        "sector": "工贸", "site": site, "found_by": "inspection", "rectify_by": "2026-01-20",
    }  # fmt: skip
    return event("hazard.reported", id=f"WI-{number}", source="/my/system", tenant=COUNTY, data=data)


def tell(machine: Machine, *numbers: int) -> None:
    """Report hazards of these numbers."""
    send(machine.settings, "inspection.my-system", [(document(report(number)), STRUCTURED) for number in numbers])


def decided(machine: Machine, number: int) -> bool:
    """Whether the live service has found the hazard overdue."""
    return bool(machine.get("escalation", f"/v1/decisions?subject=WI-{number}&rule=overdue").json["items"])


def live(machine: Machine) -> dict[str, list[tuple[Any, ...]]]:
    """What the live services keep now."""
    return {name: machine.rows(query) for name, query in LIVE.items()}


def test_another_policy_is_tried_beside_the_running_services(machine: Machine, tmp_path: Path) -> None:
    """Through HTTP and at a terminal: progress is shown, both say the same, and nothing live has changed.

    What is reported meanwhile is decided as ever.
    """
    tell(machine, *range(HAZARDS))
    eventually(lambda: decided(machine, HAZARDS - 1) and is_through(machine), within=WITHIN)
    file = tmp_path / "sooner.yaml"
    file.write_text(sooner(), encoding="utf-8")
    before = live(machine)

    body = document({"text": sooner(), "tenant": COUNTY})
    asked = machine.post("escalation", f"/v1/policies/{PACK}/what-if", body, content_type="application/json")
    assert asked.status == 202, asked.text
    steps: list[tuple[int, int]] = []
    job = f"/v1/what-ifs/{asked.json['id']}"

    def ended() -> Any:
        found = machine.get("escalation", job).json
        steps.append((found["progress"]["done"], found["progress"]["total"]))
        return found if found["state"] != "running" else None

    eventually(lambda: ended() is not None, within=WITHIN)
    found = machine.get("escalation", job).json
    printed, shown = machine.at_a_terminal("what-if", "--policy", str(file), "--tenant", COUNTY)

    assert live(machine) == before
    assert found["state"] == "done"
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1] >= 2 * HAZARDS  # both laws fold every fact
    ways = {(one["way"], one["measure"]): one["count"] for one in found["answer"]["summary"]}
    mine = [line for line in printed.splitlines() if " WI-" in line]
    assert ways["added", "notice_letter"] == len([line for line in mine if "将新增提示函" in line]) >= HAZARDS
    assert re.search("推演.*100%", shown)
    tell(machine, HAZARDS)
    eventually(lambda: decided(machine, HAZARDS), within=WITHIN)
