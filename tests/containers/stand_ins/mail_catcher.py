"""Take every message on port 1025 and list what came at /api/v1/messages on port 8025."""

import email
import email.policy
import http.server
import json
import threading

from aiosmtpd.controller import Controller

MESSAGES: list[dict[str, object]] = []


class Catcher:
    """The SMTP side."""

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 (its name)
        """Keep the message."""
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)  # type: ignore[attr-defined]
        body = read.get_body(("plain", "html"))
        MESSAGES.append(
            {
                "To": [{"Address": to} for to in envelope.rcpt_tos],  # type: ignore[attr-defined]
                "MessageID": str(read["message-id"]).strip("<>"),
                "Subject": str(read["subject"]),
                "Snippet": body.get_content()[:2000] if body else "",
            }
        )
        return "250 taken"


class Listing(http.server.BaseHTTPRequestHandler):
    """The HTTP side."""

    def do_GET(self) -> None:
        """Answer every path with the list."""
        body = json.dumps({"total": len(MESSAGES), "messages": MESSAGES}, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Controller(Catcher(), hostname="0.0.0.0", port=1025).start()  # noqa: S104 (inside its container)
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8025), Listing)  # noqa: S104
    threading.Thread(target=server.serve_forever).start()
