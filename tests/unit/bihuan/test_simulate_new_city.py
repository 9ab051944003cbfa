"""A city that exists nowhere is a file: checked, simulated and explained without a line of code."""

import json
from pathlib import Path

from typer.testing import CliRunner

from bihuan import main
from tests.unit.services.escalation.broken_packs import CITY, PACKS

TENANTS = ("--tenants", str(PACKS / "divisions.csv"))
EVENTS = [
    {
        "id": "e1",
        "type": "hazard.reported.v1",
        "time": "2024-02-20T09:00:00+08:00",
        "tenant": "990102",
        "data": {
            "hazard_id": "H-1",
            "level": "general",
            "category": "fire_safety",
            "description": "疏散通道被堵",
            "sector": "消防",
            "found_by": "inspection",
            "site": {"id": "S-1", "name": "虚构机械厂", "address": "虚构路1号", "kind": "unit", "sector": "消防"},
            "rectify_by": "2024-02-28",
        },
    },
    {
        "id": "e2",
        "type": "milestone.dated.v1",
        "time": "2024-03-01T09:00:00+08:00",
        "tenant": "990100",
        "data": {"milestone": "summit_end", "date": "2024-05-10"},
    },
]


def run(*arguments: str, typed: str | None = None) -> list[str]:
    ended = CliRunner().invoke(main.build([arguments[0]]), [*arguments], input=typed)
    assert ended.exit_code == 0, ended.output
    return ended.output.splitlines()


def test_a_new_city_is_a_file(tmp_path: Path) -> None:
    """Its ladder climbs over its leap day, its zone owes its stage's report a day before the county does."""
    events = tmp_path / "events.jsonl"
    lines = [json.dumps({"specversion": "1.0", "source": "/nowhere"} | event, ensure_ascii=False) for event in EVENTS]
    events.write_text("\n".join(lines), encoding="utf-8")
    pack = ("--policy", str(PACKS / CITY), *TENANTS)

    checked = run("policy", "check", str(PACKS / CITY), *TENANTS)
    told = run("simulate", *pack, "--events", str(events), "--until", "2024-06-01T00:00:00+08:00")
    explained = run("policy", "explain", "-", *pack, "--events", str(events), typed="\n".join(told))

    records = [json.loads(line) for line in told]
    found = {(one["subject"]["id"], one["step"]): one["at"][:16] for one in records if one["status"] == "raised"}
    assert checked == ["1 packs checked: 0 faults, 0 warnings"]
    assert found["H-1", "T-1"] == "2024-02-27T00:00"
    assert found["H-1", "first"] == "2024-02-29T00:00"
    assert found["H-1", "T+3"] == "2024-03-02T00:00"
    assert found["stage_report/990102/stage:b", ""] == "2024-05-14T00:00"
    assert found["stage_report/开发区安监局/stage:b", ""] == "2024-05-13T00:00"
    assert "　2月29日 星期四 计入（第1天）：自然日" in explained
