"""State lies in the clone unless it is put elsewhere."""

from pathlib import Path

import pytest

from deploy.local.places import CLONE, places


def test_state_lies_in_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder holds everything that `make clean` removes."""
    monkeypatch.delenv("BIHUAN_LOCAL_DIR", raising=False)

    assert places().state == CLONE / ".local"
    assert (CLONE / "deploy" / "local" / "places.py").is_file()


def test_state_may_lie_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another disk, or another machine of the same clone."""
    monkeypatch.setenv("BIHUAN_LOCAL_DIR", str(tmp_path))

    found = places()

    assert found.jars == tmp_path / "kafka" / "jars"
    assert {found.kafka.parent, found.postgres.parent, found.logs.parent, found.data.parent} == {tmp_path}
