"""An official at the keyboard lists, shows, signs and exports letters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bihuan.main import build
from services.notify.exports.docx import digest
from tests.integration.notify_letters.chancery import Chancery
from tests.unit.services.notify.core.letters.writing import talk

Command = Callable[..., Result]


@pytest.fixture
def bihuan(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line, against the test's database."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(build([arguments[0]]), list(arguments))

    return run


def test_a_letter_is_listed_shown_signed_and_exported(chancery: Chancery, bihuan: Command, tmp_path: Path) -> None:
    """By the beginning of its id."""
    letter = chancery.drafted()

    listed = bihuan("letters", "list", "--state", "drafted", "--state", "edited")
    shown = json.loads(bihuan("letters", "show", letter.id[:8]).stdout)
    signed = bihuan("letters", "sign", letter.id[:8], "--by", "签发人甲")
    exported = bihuan("letters", "export", letter.id[:8], "--out", str(tmp_path))

    assert "督办函" in listed.stdout
    assert shown["letter"]["title"] == letter.content.title
    assert "〔20" in signed.stdout
    (file,) = tmp_path.iterdir()
    assert exported.stdout.strip() == str(file)
    assert digest(file.read_bytes()) == chancery.letter(letter.id).document_sha256
    assert json.loads(bihuan("letters", "list", "--format", "jsonl").stdout)["signed_by"] == "签发人甲"


def test_what_cannot_be_signed_is_refused_with_a_sentence(chancery: Chancery, bihuan: Command) -> None:
    """And status 1."""
    letter = chancery.drafted(talk())

    refused, unknown = bihuan("letters", "sign", letter.id), bihuan("letters", "show", "feed")

    assert (refused.exit_code, "未填写" in refused.stderr) == (1, True)
    assert (unknown.exit_code, "没有公文 feed" in unknown.stderr) == (1, True)
