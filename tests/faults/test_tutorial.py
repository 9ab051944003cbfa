"""A stranger's path: every command of the tutorial, as written, in a clean clone."""

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAID = (
    "Bihuan is running",
    '"overdue":',
    '"accepted"',
    "duplicate",
    '"rejected"',
    "packs checked: 0 faults",
    "故障 0",
    "MiB，用时",
    "stopped",
)


def test_the_tutorial_can_be_followed_as_written(tmp_path: Path) -> None:
    """It installs, starts on the usual ports, and each step says what the page promises, in its order."""
    clone = tmp_path / "克隆 clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607 (from PATH)
    text = (clone / "docs" / "tutorial.md").read_text(encoding="utf-8")
    script = "set -eu\n" + "\n".join(BLOCK.findall(text))
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}

    try:
        run = subprocess.run(["bash", "-c", script], cwd=clone, env=ours, capture_output=True, text=True, check=False)  # noqa: S607
    finally:
        subprocess.run(["make", "down"], cwd=clone, env=ours, capture_output=True, check=False)  # noqa: S607

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    places = [run.stdout.find(word) for word in SAID]
    assert -1 not in places, dict(zip(SAID, places, strict=True))
    assert places == sorted(places)
