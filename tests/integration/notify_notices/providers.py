"""A mail server, a receiver of webhooks and robots on loopback that answer at random and remember what they saw."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from email import message_from_bytes
from random import Random

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.integration.notify_channels.fakes import DingTalkServer, running

_HAZARD = re.compile(r"H-\d+")
_TROUBLE = (("503", 0.5), ("reset", 0.75), ("cut", 1.0))


class Providers:
    """All servers; `seen` counts each notice a server took as complete, whatever it answered then.

    A group's robot shows hazards and no notices: `hazards` counts those, with the robot's token.
    """

    def __init__(self, seed: int, *, trouble: float = 0.0, robots: Sequence[str] = ()) -> None:
        """`trouble`: the share of messages that are refused for now, or taken without an answer."""
        self.seen: Counter[str] = Counter()
        self.trouble = trouble
        self._random = Random(seed)
        self._stack = ExitStack()
        self.robots = DingTalkServer(trouble=self._robots_trouble, robots={name: f"SEC-{name}" for name in robots})
        self._stack.enter_context(running(self.robots))
        self._mail = _AnyPort(_Mailbox(self), hostname="127.0.0.1", port=0)
        self._mail.start()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        self.mail_port: int = self._mail.port
        self.hook_port: int = self._runner.addresses[0][1]

    def close(self) -> None:
        """End all."""
        self._stack.close()
        self._mail.stop()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def hazards(self) -> Counter[tuple[str, str]]:
        """(hazard, token): how often a group read of it."""
        return Counter(
            (found, taken.address)
            for taken in list(self.robots.taken)
            for found in set(_HAZARD.findall(taken.body["markdown"]["text"]))
        )

    def total(self) -> int:
        """How many notices were taken so far, doubles included."""
        return self.seen.total() + self.hazards.total()

    def _robots_trouble(self) -> str:
        """Refused for now, taken without an answer, or an answer cut off."""
        chance = self._random.random()
        return next((word for word, share in _TROUBLE if chance < self.trouble * share), "")

    def verdict(self, *notices: str) -> str:
        """One message with these notices is taken, refused, or unanswered (taken, but its sender will not hear of it)."""
        chance = self._random.random()
        if chance < self.trouble / 2:
            return "refused"
        self.seen.update(notices)
        return "unanswered" if chance < self.trouble else "taken"

    async def _serve(self) -> web.AppRunner:
        async def hook(request: web.Request) -> web.StreamResponse:
            await request.read()
            match self.verdict(request.headers["webhook-id"]):
                case "refused":
                    return web.Response(status=503)
                case "unanswered":
                    assert request.transport is not None
                    request.transport.abort()
            return web.Response()

        app = web.Application()
        app.router.add_post("/{tail:.*}", hook)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner


class _Mailbox:
    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        told = message_from_bytes(envelope.content)["X-Bihuan-Notices"].split()
        match self._providers.verdict(*told):
            case "refused":
                return "451 4.3.0 try again later"
            case "unanswered":
                assert server.transport is not None
                server.transport.abort()
        return "250 queued"


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
