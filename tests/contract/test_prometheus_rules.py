"""Every alert asks for what the product serves, says in Chinese what is wrong, and has a page that says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.expressions import wrong

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RUNBOOKS = ROOT / "docs" / "runbooks"

GROUPS = [
    group
    for path in sorted((FOLDER / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
TESTED = (FOLDER / "tests" / "bihuan_test.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["alert"]))
def test_an_alert_is_whole(alert: dict[str, Any]) -> None:
    """Known metrics, a severity that a route knows, words for people, a runbook, and a test that lets it ring."""
    page = ROOT / alert["annotations"]["runbook_url"]

    assert wrong(alert["expr"]) == []
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert re.search("[\u4e00-\u9fff]", alert["annotations"]["summary"])
    assert alert["alert"] in page.read_text(encoding="utf-8").splitlines()[0]
    assert f"alertname: {alert['alert']}\n        exp_alerts:\n" in TESTED


def test_no_name_is_used_twice() -> None:
    """Routes and silences go by it."""
    names = [alert["alert"] for alert in ALERTS]

    assert len(set(names)) == len(names)


def test_every_runbook_belongs_to_an_alert_and_is_listed() -> None:
    """A page that nothing leads to is read by nobody."""
    named = {Path(alert["annotations"]["runbook_url"]).name for alert in ALERTS}
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (RUNBOOKS / "README.md").read_text(encoding="utf-8")))

    assert named == listed
    assert named == {path.name for path in RUNBOOKS.glob("*.md")} - {"README.md"}
