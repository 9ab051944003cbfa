"""A mail server and a receiver of webhooks on loopback, as a customer runs them; they keep what came."""

import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBlbmQtdG8tZW5kIHRlc3Rz"


@dataclass
class Mailbox:
    """Every mail that was taken, with the address it was for, in the order of arrival."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 queued"

    def about(self, word: str) -> list[tuple[str, EmailMessage]]:
        """The mails whose text holds a word."""
        return [(address, mail) for address, mail in self.mails if word in words_of(mail)]


@dataclass
class Hook:
    """Every call whose signature was right; a wrong one is refused and counted."""

    port: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def __enter__(self) -> Self:
        hook = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                try:
                    hook.take(body, dict(self.headers))
                except WebhookVerificationError:
                    hook.refused += 1
                    self.send_error(401)
                else:
                    self.send_response(204)
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        Webhook(SECRET).verify(body, headers)
        self.calls.append(json.loads(body)["data"])

    def about(self, hazard_id: str) -> list[dict[str, Any]]:
        """The calls about one hazard."""
        return [call for call in self.calls if call["subject"]["id"] == hazard_id]


def words_of(mail: EmailMessage) -> str:
    """The text of a mail: its plain part, else its page."""
    text = mail.get_body(("plain", "html"))
    assert text is not None
    return str(text.get_content())


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
