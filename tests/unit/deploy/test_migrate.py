"""The command says what it needs."""

import pytest

from deploy import migrate


def test_without_an_address_it_says_how_to_give_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2 and one sentence, no traceback."""
    monkeypatch.delenv("BIHUAN_DATABASE_URL", raising=False)

    assert migrate.main([]) == 2
    assert "--url postgresql://" in capsys.readouterr().out
