"""The dashboards are what the code draws, and every query asks for what the product serves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.__main__ import BOARDS, FOLDER, texts
from tests.contract.expressions import label_values, wrong

WRITTEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
SOURCES = yaml.safe_load((FOLDER.parent / "provisioning/datasources/bihuan.yml").read_text(encoding="utf-8"))
PROVISIONED = {source["uid"]: source["type"] for source in SOURCES["datasources"]}


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in board["panels"]:
        yield from panel.get("panels") or []
        if panel["type"] != "row":
            yield panel


PANELS = [pytest.param(one, id=f"{name}: {one['title']}") for name, board in WRITTEN.items() for one in panels(board)]


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.stem)
def test_the_file_is_what_the_code_draws(path: Path) -> None:
    """Run `make docs` after a change."""
    assert texts()[path] == path.read_text(encoding="utf-8")


def test_every_board_has_an_address_of_its_own() -> None:
    """The uid is in the operators' bookmarks."""
    uids = [board["uid"] for board in WRITTEN.values()]

    assert sorted(WRITTEN) == sorted(BOARDS)
    assert len(set(uids)) == len(uids)
    assert {board["timezone"] for board in WRITTEN.values()} == {"Asia/Shanghai"}


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_asks_for_what_there_is(panel: dict[str, Any]) -> None:
    """Title, unit, a provisioned source of the query's kind, and metrics and labels that are declared."""
    source = panel["datasource"]
    asked = [target["expr" if source["type"] == "prometheus" else "rawSql"] for target in panel["targets"]]

    assert panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert PROVISIONED[source["uid"]] == source["type"]
    assert asked
    if source["type"] == "prometheus":
        assert [problem for expression in asked for problem in wrong(expression)] == []


def test_every_provisioned_source_is_read() -> None:
    """One that no panel asks would be a login for nothing."""
    assert {panel["datasource"]["uid"] for board in WRITTEN.values() for panel in panels(board)} == set(PROVISIONED)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_variable_has_values_to_choose_from(name: str) -> None:
    """It reads a label that its metric has; what it reads from the database runs in the integration tests."""
    of_metrics = [one for one in WRITTEN[name]["templating"]["list"] if one["datasource"]["type"] == "prometheus"]
    for variable in of_metrics:
        read = label_values(variable["query"])

        assert read is not None
        assert wrong(read[0]) == []
        assert wrong(f'sum by ({read[1]}) ({read[0].partition("{")[0]}{{{read[1]}=~"x"}})') == []


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("sum(bihuan_open_case)", ["bihuan_open_case is no metric of ours"]),
        ('rate(bihuan_overdue_cases{town="a"}[5m])', ["bihuan_overdue_cases has no label town"]),
        ("histogram_quantile(0.9, rate(bihuan_batch_seconds[5m]))", ["bihuan_batch_seconds is no metric of ours"]),
        ('max(bihuan_open_cases{county=~"$county"}) / clamp_min(up, 1)', []),
    ],
)
def test_what_nobody_serves_is_found(expression: str, problem: list[str]) -> None:
    """Inside functions and on either side of an operator too."""
    assert wrong(expression) == problem
