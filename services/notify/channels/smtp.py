"""Send e-mail through a mail server, and read its answers for what they are."""

import asyncio
import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from services.notify.core.mail import BadAddress, email_document, mailbox
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result

ANSWER_LENGTH: Final = 200  # characters of a server's answer that are kept
ROUNDS: Final = (
    10  # answers one message waits for at most: greeting, EHLO, STARTTLS, EHLO, AUTH (2), MAIL, RCPT, DATA, end
)

_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail goes out. `timeout` is in seconds, for each answer. `tls`: upgrade, from the start, or not at all."""

    host: str
    port: int
    sender: str
    username: str = ""
    password: str = ""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    timeout: float = 20.0


class _Refused(Exception):
    """The server said no before the message was handed over; carries what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.answer)
        self.outcome = outcome


class Smtp:
    """One connection per message: a connection kept open may be dead, and that is found out only after DATA."""

    repeatable = False  # a mail server delivers a second copy, whatever its Message-ID
    most = 50  # decisions in one mail: more are not read
    a_minute = None

    def __init__(self, server: MailServer, *, connections: int = 8) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="smtp")

    @property
    def patience(self) -> float:
        """Seconds after which every answer has come or timed out."""
        return self._server.timeout * ROUNDS

    def provider(self, _address: str) -> str:
        """One provider stands behind every address."""
        return ""

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Send one message to one address. Nobody knows what became of it once the body is out without an answer."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, message, address)

    async def close(self) -> None:
        """Take no more messages."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, message: Message, address: str) -> Outcome:
        try:
            document = email_document(message, sender=self._server.sender, recipient=address)
        except BadAddress as error:
            return Outcome(result=Result.PERMANENT, answer=str(error))
        try:
            connection = self._prepare(address)
        except _Refused as refused:
            return refused.outcome
        with contextlib.closing(connection):
            outcome = _hand_over(connection, document)
            with contextlib.suppress(smtplib.SMTPException, OSError):  # the answer to DATA counts, not the farewell
                connection.quit()
            return outcome

    def _prepare(self, address: str) -> smtplib.SMTP:
        """A connection on which the server waits for the message; raises `_Refused`."""
        try:
            connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:  # TLS errors are OSErrors
            raise _Refused(Outcome(result=Result.TEMPORARY, answer=_named(error), down=True)) from error
        try:
            self._introduce(connection)
            _expect(2, *connection.mail(self._server.sender))
            _expect(2, *connection.rcpt(address))
            _expect(3, *connection.docmd("DATA"))
        except _Refused:
            connection.close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            raise _Refused(Outcome(result=Result.TEMPORARY, answer=_named(error), down=True)) from error
        return connection

    def _connect(self) -> smtplib.SMTP:
        server, name = self._server, mailbox(self._server.sender).domain  # asking DNS for our own name may take seconds
        if server.tls == "implicit":
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=server.timeout, context=self._trust()
            )
        return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout)

    def _introduce(self, connection: smtplib.SMTP) -> None:
        """Greet, encrypt, log in: between us and our own server, so an operator can mend it and it is tried again."""
        connection.ehlo_or_helo_if_needed()
        if self._server.tls == "starttls":
            connection.starttls(context=self._trust())
            connection.ehlo()
        if self._server.username:
            connection.login(self._server.username, self._server.password)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._server.ca_file) if self._server.ca_file else None)


def _hand_over(connection: smtplib.SMTP, document: bytes) -> Outcome:
    """The message itself. From here on silence means that nobody knows."""
    body = _LEADING_DOT.sub(b"..", document)
    try:
        connection.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        connection.send(b".\r\n")
        code, text = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(result=Result.AMBIGUOUS, answer=_named(error), down=True)
    outcome = _meaning(code, text)
    return outcome if code // 100 in {2, 4, 5} else replace(outcome, result=Result.AMBIGUOUS)


def _expect(kind: int, code: int, text: bytes) -> None:
    """Raise `_Refused` unless the reply code begins with the digit `kind`."""
    if code // 100 != kind:
        raise _Refused(_meaning(code, text))


def _meaning(code: int, text: bytes) -> Outcome:
    """What a reply code means (RFC 5321 section 4.2.1)."""
    answer = f"{code} {_without_addresses(text.decode('utf-8', 'replace'))}"[:ANSWER_LENGTH]
    match code // 100:
        case 2:
            return Outcome(result=Result.DELIVERED, answer=answer)
        case 5:
            return Outcome(result=Result.PERMANENT, answer=answer)
        case _:
            return Outcome(result=Result.TEMPORARY, answer=answer)


def _named(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return f"{type(error).__name__} {error.smtp_code} {_without_addresses(text.decode('utf-8', 'replace'))}"[
            :ANSWER_LENGTH
        ]
    return f"{type(error).__name__} {_without_addresses(str(error))}"[:ANSWER_LENGTH]


_without_addresses: Callable[[str], str] = lambda text: " ".join(_ADDRESS.sub("<…>", text).split())  # noqa: E731
