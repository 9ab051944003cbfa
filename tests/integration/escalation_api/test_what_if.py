"""Another policy over what is recorded: asked through the API and the command line, answered beside the service."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from bihuan.what_if import what_if
from policies import files
from runtime.database import Database
from runtime.testing import eventually

SHIPPED = (files.folder() / "wenling-2023.yaml").read_text(encoding="utf-8")
SOONER = SHIPPED.replace("step: first, day: 1, measure: remind", "step: first, day: 1, measure: notice_letter")
TABLES = ("case_file", "deadline", "fact", "decision", "decision_record", "outbox", "frontier")


def answered(api: TestClient, text: str, **more: str) -> dict[str, Any]:
    asked = api.post("/v1/policies/wenling-2023/what-if", json={"text": text} | more)
    assert asked.status_code == HTTPStatus.ACCEPTED, asked.text
    where = f"/v1/what-ifs/{asked.json()['id']}"
    eventually(lambda: api.get(where).json()["state"] != "running", within=30)
    found: dict[str, Any] = api.get(where).json()
    return found


def contents(database_url: str) -> list[Any]:
    with psycopg.connect(database_url, options="-c search_path=escalation") as connection:
        return [connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall() for table in TABLES]


def test_the_law_in_force_changes_nothing(api: TestClient, database: Database) -> None:
    """Every fact was folded twice, and no difference came out."""
    found = answered(api, SHIPPED)

    assert found["state"] == "done"
    assert found["answer"] == {"summary": [], "differences": [], "more": 0}
    assert found["progress"]["done"] == found["progress"]["total"] > 0


def test_another_ladder_tells_others(api: TestClient, database_url: str) -> None:
    """Whoever got a reminder on the first day would have got a letter; nothing stored is touched."""
    before = contents(database_url)

    found = answered(api, SOONER)

    ways = {(one["way"], one["measure"]): one["count"] for one in found["answer"]["summary"]}
    assert ways["added", "notice_letter"] == ways["dropped", "remind"] >= 1
    assert any(one["sentence"].startswith("将新增提示函") for one in found["answer"]["differences"])
    assert contents(database_url) == before


def test_only_a_division_and_a_time_are_asked_for(api: TestClient) -> None:
    """H-3 lies in another town; before anything fell due there is no difference."""
    there = answered(api, SOONER, tenant="331081006")["answer"]
    early = answered(api, SOONER, until="2023-05-19T00:00:00+08:00")["answer"]

    assert {one["after"]["tenant"] for one in there["differences"] if one["after"]} == {"331081006"}
    assert early["summary"] == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param({"text": "rules: {"}, "the text is no YAML mapping in UTF-8", id="no YAML"),
        pytest.param({"text": "id: wenling-2023"}, "the text is no pack", id="no pack"),
        pytest.param(
            {"text": SHIPPED.replace("id: wenling-2023", "id: other")}, "the text is the pack other", id="another pack"
        ),
        pytest.param({"text": SHIPPED, "since": "2023-05-01T00:00:00"}, "", id="an instant without its offset"),
        pytest.param({"text": SHIPPED, "tenant": "温岭"}, "", id="no division"),
    ],
)
def test_a_question_that_cannot_be_meant(api: TestClient, body: dict[str, str], detail: str) -> None:
    """400, with the place and the fault."""
    answer = api.post("/v1/policies/wenling-2023/what-if", json=body)

    assert answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert detail in answer.text
    assert "/text" in answer.text or not detail


def test_a_job_whose_process_ended_is_told_as_failed(api: TestClient, database: Database) -> None:
    """It gave no sign of life for two minutes; nobody waits for ever."""
    done = answered(api, SHIPPED)["id"]
    with database.begin() as work:
        work.connection.execute("UPDATE what_if SET state = 'running', seen_at = now() - interval '3 minutes'")

    told = api.get(f"/v1/what-ifs/{done}").json()

    assert told["state"] == "failed"
    assert "ask again" in told["answer"]["detail"]
    assert api.get("/v1/what-ifs/00000000-0000-7000-8000-000000000000").status_code == HTTPStatus.NOT_FOUND


def test_the_command_prints_the_same(
    database: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In words, counted by measure; as records with both decisions."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    file = tmp_path / "other.yaml"
    file.write_text(SOONER, encoding="utf-8")

    what_if(str(file))
    words = capsys.readouterr()
    what_if(str(file), form="jsonl")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    what_if("wenling-2023")

    assert "331081003 H/1：将新增提示函（" in words.out
    assert "提醒：不再" in words.err
    assert len(records) == len(words.out.splitlines())
    assert {one["way"] for one in records} == {"added", "dropped"}
    assert capsys.readouterr().err == "没有差别。\n"
