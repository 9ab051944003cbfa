"""An installation's packs become its law, or say what is wrong with them."""

import hashlib
from pathlib import Path

import pytest

from policies import files
from services.escalation.packs import law_of, read_packs
from tests.unit.services.escalation.stories import all_divisions


def test_the_packs_that_ship_are_the_law() -> None:
    """Every file, with its hash."""
    found = read_packs(None)

    assert [one.pack.id for one in found] == [path.stem for path in files.pack_files()]
    assert "331081" in law_of(found, all_divisions()).committees()
    shipped = files.folder() / f"{found[0].pack.id}.yaml"
    assert found[0].digest == hashlib.sha256(shipped.read_bytes()).hexdigest()


def test_a_broken_pack_says_where(tmp_path: Path) -> None:
    """The process does not start with half a law."""
    (tmp_path / "broken.yaml").write_text("id: broken\nversion: '1'\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"(?s)broken\.yaml.*title"):
        read_packs(tmp_path)
