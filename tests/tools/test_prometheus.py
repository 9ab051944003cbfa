"""Facts that only Prometheus' and Alertmanager's own tools can tell."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

CHECKS = {
    "config": ["promtool", "check", "config", DEPLOY / "prometheus/prometheus.yml"],
    "config of one machine": ["promtool", "check", "config", DEPLOY / "prometheus/local.yml"],
    "each alert rings and is quiet": ["promtool", "test", "rules", DEPLOY / "prometheus/tests/bihuan_test.yml"],
    "alertmanager": ["amtool", "check-config", DEPLOY / "alertmanager/alertmanager.yml"],
}


@pytest.mark.tools
@pytest.mark.parametrize("check", CHECKS)
def test_the_tool_finds_nothing(check: str) -> None:
    """Its own words are shown where it does."""
    run = subprocess.run(CHECKS[check], capture_output=True, text=True, check=False, timeout=60)

    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.tools
@pytest.mark.parametrize(("severity", "receivers"), [("page", "mail,notify"), ("ticket", "notify")])
def test_what_wakes_people_goes_two_ways(severity: str, receivers: str) -> None:
    """Mail beside notify, which may be what is down."""
    config = f"--config.file={DEPLOY / 'alertmanager/alertmanager.yml'}"
    command = ["amtool", "config", "routes", "test", config, f"severity={severity}"]

    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert run.stdout.strip() == receivers
