"""A process that leaves says why in one line and ends at once, with a status of its own."""

import json
import subprocess
import sys

import pytest

from runtime.crash import LEFT, OVERDUE

SCRIPT = "import atexit; from runtime import crash, log; log.configure('test'); atexit.register(print, 'farewell'); "


@pytest.mark.parametrize(
    ("act", "status", "said"),
    [
        pytest.param("crash.leave('another worker took it')", LEFT, "another worker took it", id="it leaves"),
        pytest.param("crash.arm_grace(0.01).join()", OVERDUE, "stopping took too long", id="its stop hangs"),
    ],
)
def test_nothing_runs_after_the_last_line(act: str, status: int, said: str) -> None:
    """No farewell: what would still commit or answer does not."""
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT + act], capture_output=True, text=True, check=False, timeout=30
    )
    (line,) = ended.stdout.splitlines()

    assert (ended.returncode, json.loads(line)["level"]) == (status, "critical")
    assert said in line
