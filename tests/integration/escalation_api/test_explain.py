"""`bihuan policy explain` of a decision in the database: with every state that it had, and the facts at hand."""

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from bihuan import main


def explained(decision_id: str) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(main.build(["policy"]), ["policy", "explain", decision_id])
    return ended.exit_code, ended.output.splitlines()


@pytest.fixture(autouse=True)
def _the_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)


def test_a_decision_is_explained_by_its_id(api: TestClient) -> None:
    """Its facts by kind and time, its days, and how it ended."""
    asked = {"rule": "overdue", "subject": "H/1", "status": "cleared"}
    (record,) = api.get("/v1/decisions", params=asked).json()["items"]

    code, lines = explained(record["decision_id"])

    assert code == 0
    assert lines[0].startswith("决定：对示范机械厂的隐患H/1，按“逾期未整改”规则“首次”这一级，于2023年5月20日24时")
    assert any(line.startswith("事实：共2项：2023年5月8日9时00分隐患上报") for line in lines)
    assert lines[-2:] == [
        "经过：2023年5月22日9时05分由已发出变为已解除。",
        "状态：引起该决定的情形已经结束，该决定已解除。",
    ]


def test_an_id_that_nobody_knows_is_said_so(api: TestClient) -> None:
    """Exit code 1."""
    assert explained("0123") == (1, ["0123: no such file, and no such decision in the database"])


def test_a_database_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no stack of calls is shown."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    code, lines = explained("0123")

    assert code == 1
    assert lines[0].startswith("0123: the database cannot be asked: ")
