"""A real mail server on loopback answers as servers do, and the channel reads its answers for what they are."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.notify.channels.smtp import MailServer, Smtp
from services.notify.core.messages import Message, compose
from services.notify.core.retry import Outcome, Result
from tests.unit.services.notify.given import NOW, PLACES, decision, planned

ADDRESS = "office@example.cn"


def message(**changes: Any) -> Message:
    (notice,) = planned(decision())
    return compose(notice, decision(**changes), places=PLACES, now=NOW)


class Answers:
    """A mail server's handler: answers each step as it is told and keeps what it accepted."""

    def __init__(self, *, rcpt: str = "250 OK", data: str = "250 queued as 1", drop: bool = False) -> None:
        self.rcpt, self.data, self.drop = rcpt, data, drop
        self.accepted: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
            return ""
        if self.data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.accepted.append(envelope.content)
        return self.data


class AnyPort(Controller):
    """Takes the port the system gives; the library asks for the one it was told."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(answers: Answers, **options: Any) -> Iterator[MailServer]:
    """A server that runs while the block does."""
    controller = AnyPort(answers, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield MailServer(host="127.0.0.1", port=controller.port, sender="bihuan@example.cn", tls="none", timeout=5.0)
    finally:
        controller.stop()


def deliver(server: MailServer, told: Message | None = None, address: str = ADDRESS) -> Outcome:
    async def once() -> Outcome:
        channel = Smtp(server)
        try:
            return await channel.deliver(told or message(), address)
        finally:
            await channel.close()

    return asyncio.run(once())


def test_what_the_server_takes_is_delivered() -> None:
    """250 after the message is the only success, and the mail reads as it was written."""
    answers = Answers()

    with serving(answers) as server:
        outcome = deliver(server)

    (mail,) = (message_from_bytes(each, policy=default) for each in answers.accepted)
    assert outcome == Outcome(result=Result.DELIVERED, answer="250 queued as 1")
    assert mail["Subject"] == message().title
    assert mail.get_body(("plain",)).get_content().splitlines() == message().text.splitlines()  # type: ignore[union-attr]


def test_a_line_that_begins_with_a_dot_arrives_whole() -> None:
    """The dot that ends a message is never found inside one."""
    answers = Answers()
    told = message(reason=".\r\n.\r\nQUIT")

    with serving(answers) as server:
        deliver(server, told)

    assert told.text.splitlines() == (
        message_from_bytes(answers.accepted[0], policy=default).get_body(("plain",)).get_content().splitlines()  # type: ignore[union-attr]
    )


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        pytest.param(Answers(rcpt="452 4.2.2 mailbox full"), Result.TEMPORARY, id="452 to RCPT"),
        pytest.param(Answers(data="451 4.3.0 try again later"), Result.TEMPORARY, id="451 to the message"),
        pytest.param(Answers(rcpt="550 5.1.1 no such user"), Result.PERMANENT, id="550 to RCPT"),
        pytest.param(Answers(data="554 5.7.1 refused"), Result.PERMANENT, id="554 to the message"),
        pytest.param(Answers(data="421 4.3.2 shutting down"), Result.TEMPORARY, id="421 instead of an answer"),
        pytest.param(Answers(drop=True), Result.AMBIGUOUS, id="dropped after the message"),
        pytest.param(Answers(data="999 what"), Result.AMBIGUOUS, id="an answer nobody knows"),
    ],
)
def test_each_answer_has_its_meaning(answers: Answers, result: Result) -> None:
    """4xx is tried again, 5xx never, and silence after the message is not known."""
    with serving(answers) as server:
        outcome = deliver(server)

    assert outcome.result is result
    assert not answers.accepted


def test_an_answer_is_kept_without_addresses() -> None:
    """What a server says of a mailbox is personal data and does not go into a log or a fact."""
    with serving(Answers(rcpt=f"550 5.1.1 <{ADDRESS}>: user unknown, ask postmaster@example.cn")) as server:
        outcome = deliver(server)

    assert outcome.answer == "550 5.1.1 <…>: user unknown, ask <…>"


def test_a_server_that_is_away_is_tried_again() -> None:
    """Nothing was handed over."""
    with serving(Answers()) as server:
        pass

    assert deliver(server).result is Result.TEMPORARY


def test_a_server_that_never_greets_is_tried_again(unused_listener: int) -> None:
    """A silence before the message is no doubt about it."""
    outcome = deliver(
        MailServer(host="127.0.0.1", port=unused_listener, sender="bihuan@example.cn", tls="none", timeout=0.3)
    )

    assert outcome.result is Result.TEMPORARY


@pytest.fixture
def unused_listener() -> Iterator[int]:
    """A port that accepts and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_an_address_that_is_none_never_reaches_the_server() -> None:
    """It fails for good, without its text in the answer."""
    answers = Answers()

    with serving(answers) as server:
        outcome = deliver(server, address="a@b.cn\r\nRCPT TO:<x@y.cn>")

    assert outcome == Outcome(result=Result.PERMANENT, answer="不是邮箱地址")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of this test."""
    return trustme.CA()


def encrypted(authority: trustme.CA, name: str = "127.0.0.1") -> dict[str, Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return {"tls_context": context, "require_starttls": True}


def test_starttls_is_used_and_checked(authority: trustme.CA, tmp_path: Path) -> None:
    """With the right authority the message arrives."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    answers = Answers()

    with serving(answers, **encrypted(authority)) as server:
        outcome = deliver(replace(server, tls="starttls", ca_file=tmp_path / "ca.pem"))

    assert (outcome.result, len(answers.accepted)) == (Result.DELIVERED, 1)


@pytest.mark.parametrize("name", ["127.0.0.1", "other.example.cn"])
def test_a_certificate_nobody_vouches_for_stops_the_message(authority: trustme.CA, name: str, tmp_path: Path) -> None:
    """A wrong name or an unknown authority: nothing is handed over, an operator can mend it."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    answers = Answers()

    with serving(answers, **encrypted(authority, name)) as server:
        known = tmp_path / "ca.pem" if name != "127.0.0.1" else None
        outcome = deliver(replace(server, tls="starttls", ca_file=known))

    assert (outcome.result, answers.accepted) == (Result.TEMPORARY, [])
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.answer


def test_a_server_without_starttls_gets_no_message() -> None:
    """Mail is never sent in the clear because a server, or someone between, says it cannot encrypt."""
    answers = Answers()

    with serving(answers) as server:
        outcome = deliver(replace(server, tls="starttls"))

    assert (outcome.result, answers.accepted) == (Result.TEMPORARY, [])
    assert outcome.answer.startswith("SMTPNotSupportedError")


def _check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given == LoginPassword(b"bihuan", b"correct")
    return AuthResult(success=right, handled=False)


@pytest.mark.parametrize(
    ("password", "result"), [("correct", Result.DELIVERED), ("wrong", Result.TEMPORARY)], ids=["right", "wrong"]
)
def test_the_server_asks_who_we_are(authority: trustme.CA, tmp_path: Path, password: str, result: Result) -> None:
    """A refused login is our own trouble: the notice waits until an operator mends it."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    options = encrypted(authority) | {"authenticator": _check, "auth_required": True}

    with serving(Answers(), **options) as server:
        outcome = deliver(
            replace(server, tls="starttls", ca_file=tmp_path / "ca.pem", username="bihuan", password=password)
        )

    assert outcome.result is result
    assert password not in outcome.answer
