"""The command says what it needs."""

import re
from pathlib import Path

import pytest

from deploy import migrate

HISTORIES = sorted(Path(migrate.__file__).parent.glob("migrations/*/versions"))
_NAMED = re.compile(r'^(revision|down_revision)\b[^=]*= "?(\w+)"?$', re.MULTILINE)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.parent.name)
def test_every_history_is_one_line(history: Path) -> None:
    """Two revisions of one number, or after one another's like, would let no installation start."""
    files = sorted(history.glob("[0-9]*.py"))
    said = [dict(_NAMED.findall(file.read_text(encoding="utf-8"))) for file in files]
    numbers = [f"{number:04}" for number in range(1, len(files) + 1)]

    assert [file.name[:4] for file in files] == numbers
    assert [one["revision"] for one in said] == numbers
    assert [one["down_revision"] for one in said] == ["None", *numbers[:-1]]


def test_without_an_address_it_says_how_to_give_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2 and one sentence, no traceback."""
    monkeypatch.delenv("BIHUAN_DATABASE_URL", raising=False)

    assert migrate.main([]) == 2
    assert "--url postgresql://" in capsys.readouterr().out
