"""Secrets are made once, and nobody else reads them."""

import stat
from pathlib import Path

import pytest

from deploy.container import make_secrets


def test_what_is_missing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The database's address has the password that its server is made with."""
    folder = tmp_path / "secrets"

    assert make_secrets.main([str(folder)]) == 0

    password = (folder / "postgres_password").read_text(encoding="ascii")
    assert (folder / "database_url").read_text(
        encoding="ascii"
    ) == f"postgresql://bihuan:{password}@postgres:5432/bihuan"
    assert "made postgres_password" in capsys.readouterr().out


def test_a_second_call_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A running database keeps its own password."""
    make_secrets.main([str(tmp_path)])
    before = {path.name: path.read_text(encoding="ascii") for path in tmp_path.iterdir()}
    capsys.readouterr()

    make_secrets.main([str(tmp_path)])

    assert {path.name: path.read_text(encoding="ascii") for path in tmp_path.iterdir()} == before
    assert "everything is there already" in capsys.readouterr().out


def test_the_folder_shuts_others_out(tmp_path: Path) -> None:
    """Containers of other users read the mounted files, people of this machine do not."""
    folder = tmp_path / "secrets"
    make_secrets.main([str(folder)])

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}
