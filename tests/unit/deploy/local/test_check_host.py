"""What a machine lacks is said before anything is installed, by any Python."""

import ast
from pathlib import Path

import pytest

from deploy.local import check_host

PLENTY = 10 << 30


@pytest.mark.parametrize(
    ("version", "platform", "free", "modules", "words"),
    [
        pytest.param((3, 11, 2), "linux", PLENTY, {"venv", "ensurepip"}, [], id="nothing is missing"),
        pytest.param((3, 8, 10), "linux", PLENTY, set(), ["Python 3.8", "PYTHON="], id="an old Python"),
        pytest.param((3, 13, 0), "linux", PLENTY, set(), ["Python 3.13"], id="a Python nobody tested"),
        pytest.param((3, 11, 2), "linux", PLENTY, {"venv"}, ["python3.11-venv"], id="Debian without python3-venv"),
        pytest.param((3, 11, 2), "darwin", PLENTY, {"venv", "ensurepip"}, ["Linux"], id="a Mac"),
        pytest.param((3, 11, 2), "linux", 50 << 20, {"venv", "ensurepip"}, ["50 MB"], id="a full disk"),
    ],
)
def test_each_lack_has_its_sentence(
    version: tuple[int, int, int], platform: str, free: int, modules: set[str], words: list[str]
) -> None:
    """One sentence says what is wrong and how to mend it; a whole machine gets none."""
    found = check_host.complaints(version, platform, free, modules.__contains__)

    assert len(found) == bool(words)
    assert all(word in found[0] for word in words)


def test_an_old_python_can_read_it() -> None:
    """No f-string, no annotation, no keyword that Python 2.7 does not know."""
    tree = ast.parse(Path(check_host.__file__).read_text(encoding="utf-8"))

    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
