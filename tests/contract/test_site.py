"""The documentation site builds without a warning: every link inside it leads somewhere, every page is in its contents."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.timeout(300)
def test_the_site_is_built_strictly(tmp_path: Path) -> None:
    """As `make site` does, from nothing, without the network."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", str(tmp_path / "trees")]

    run = subprocess.run(
        [*command, str(ROOT / "docs"), str(tmp_path / "site")], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert "安全生产隐患" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_stands_outside_the_site_links_to_what_there_is(name: str) -> None:
    """Files of this repository; addresses elsewhere are nobody's promise."""
    links = [link for link in LINK.findall((ROOT / name).read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []
