"""Without a mail server every e-mail is a file that a person can open."""

import asyncio
from email import message_from_bytes
from pathlib import Path

from services.notify.channels.file import MailFolder
from services.notify.core.messages import Message, compose
from services.notify.core.retry import Outcome, Result
from tests.unit.services.notify.given import NOW, PLACES, decision, planned


def message() -> Message:
    (notice,) = planned(decision())
    return compose(notice, decision(), places=PLACES, now=NOW)


def deliver(folder: Path, address: str = "office@example.cn") -> Outcome:
    return asyncio.run(MailFolder(folder, sender="bihuan@example.cn").deliver(message(), address))


def test_a_message_is_one_complete_file(tmp_path: Path) -> None:
    """It is named after its notice; a second attempt replaces it."""
    outcomes = {deliver(tmp_path / "mail").result for _ in range(2)}

    (file,) = (tmp_path / "mail").iterdir()
    assert (outcomes, file.name) == ({Result.DELIVERED}, f"{message().notice_id}.eml")
    assert message_from_bytes(file.read_bytes())["To"] == "office@example.cn"


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    """An operator may mend it; the answer names the error without the path."""
    (tmp_path / "mail").write_text("in the way")

    outcome = deliver(tmp_path / "mail")

    assert outcome.result is Result.TEMPORARY
    assert str(tmp_path) not in outcome.answer


def test_an_address_that_is_none_fails_for_good(tmp_path: Path) -> None:
    """As it would with a server."""
    assert deliver(tmp_path, "nobody").result is Result.PERMANENT
