"""Facts that only the AsyncAPI project's own parser can tell."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tests" / "tools" / "asyncapi"


@pytest.mark.tools
def test_the_document_is_sound() -> None:
    """The parser finds no error in the AsyncAPI document and reaches every schema."""
    subprocess.run(["npm", "ci", "--prefix", TOOL], check=True, capture_output=True, timeout=110)  # noqa: S607  # from PATH
    check = ["node", TOOL / "check.mjs", ROOT / "contracts" / "asyncapi.yaml"]

    run = subprocess.run(check, capture_output=True, text=True, check=False, timeout=60)

    assert run.returncode == 0, run.stdout + run.stderr
