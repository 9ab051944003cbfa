"""A message as an e-mail: readable everywhere, recognisable when it is repeated, without a way into its headers."""

from email import message_from_bytes
from email.policy import default

import pytest

from contracts.vocabulary import Status
from services.notify.core.mail import BadAddress, email_document, mailbox
from services.notify.core.messages import Message, compose
from tests.unit.services.notify.given import NOW, PLACES, decision, planned


def message(**changes: object) -> Message:
    told = decision(**changes)
    (notice,) = planned(decision())
    return compose(notice, told, places=PLACES, now=NOW)


def test_an_email_holds_text_and_page() -> None:
    """Both parts say the same, the subject is the title, and every byte is ASCII."""
    told = message()

    document = email_document(told, sender="bihuan@example.cn", recipient="office@example.cn")

    mail = message_from_bytes(document, policy=default)
    assert document.isascii()
    assert (told.title, "office@example.cn", "bihuan@example.cn") == (mail["Subject"], mail["To"], mail["From"])
    assert told.text.splitlines() == mail.get_body(("plain",)).get_content().splitlines()  # type: ignore[union-attr]
    assert told.html == mail.get_body(("html",)).get_content().rstrip()  # type: ignore[union-attr]
    assert mail["Date"] == "Sun, 21 May 2023 08:00:20 +0800"


def test_a_repeated_email_has_the_same_id() -> None:
    """Message-ID follows from the notice alone."""
    ids = {
        message_from_bytes(email_document(told, sender="b@example.cn", recipient="o@example.cn"))["Message-ID"]
        for told in (message(), message(reason="事由有变"))
    }

    assert {f"<{message().notice_id}@example.cn>"} == ids


def test_an_end_answers_its_beginning() -> None:
    """Mail programs show a retraction below what it retracts."""
    told = message(status=Status.RETRACTED)
    object.__setattr__(told, "follows", "abc")

    mail = message_from_bytes(email_document(told, sender="b@example.cn", recipient="o@example.cn"))

    assert (mail["In-Reply-To"], mail["References"]) == ("<abc@example.cn>", "<abc@example.cn>")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "office",
        "office@",
        "@example.cn",
        "a@b.cn\r\nBcc: x@y.cn",
        "a@b.cn, c@d.cn",
        "张@example.cn",
        "office@例子.cn",
        "<a@b.cn>",
        "a b@c.cn",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """An address that could end its header, or name two people, never reaches a server."""
    with pytest.raises(BadAddress):
        mailbox(address)
