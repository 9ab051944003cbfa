"""A real receiver on loopback answers as receivers do; addresses that must not be dialled are not."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from aiohttp import web
from standardwebhooks import Webhook as Signer

from services.notify.channels.dialling import NEVER, DialPolicy, allow_list, endpoints
from services.notify.channels.webhook import Webhook
from services.notify.core.messages import Message, compose
from services.notify.core.retry import Outcome, Result
from tests.unit.services.notify.given import PLACES, decision, planned

SECRET = "whsec_" + "c2VjcmV0LW9mLXRlc3RzLW9ubHk="
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def message(**changes: Any) -> Message:
    (notice,) = planned(decision())
    return compose(notice, decision(**changes), places=PLACES, now=datetime.now(UTC))  # noqa: TID251 (signed stamps age)


@asynccontextmanager
async def receiving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A receiver that runs while the block does; gives its port."""
    app = web.Application()
    app.router.add_post("/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def accepting(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A receiver below HTTP."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def channel(port: int, *, allowed: str = "127.0.0.0/8:*", timeout: float = 5.0, **policy: Any) -> Webhook:
    """A channel that may dial loopback, as only tests and demonstrations do."""
    return Webhook(
        policy=DialPolicy(allowed=allow_list(allowed), forbidden=NEVER, **policy),
        secrets={f"{host}:{port}": SECRET for host in ("127.0.0.1", "localhost", "2130706433")},
        timeout=timeout,
    )


async def deliver(webhook: Webhook, url: str, told: Message | None = None) -> Outcome:
    try:
        return await webhook.deliver(told or message(), url)
    finally:
        await webhook.close()


def saying(status: int, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, headers=headers)

    return answer


def test_a_receiver_can_check_who_wrote_and_knows_a_repetition() -> None:
    """The signature is that of Standard Webhooks, and the id is the notice's."""
    seen: list[tuple[bytes, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((await request.read(), dict(request.headers)))
        return web.Response(status=204)

    async def story() -> Outcome:
        async with receiving(answer) as port:
            return await deliver(channel(port), f"http://127.0.0.1:{port}/hook")

    outcome = asyncio.run(story())

    ((body, headers),) = seen
    told = Signer(SECRET).verify(body, headers)
    assert outcome == Outcome(result=Result.DELIVERED, answer="HTTP 204")
    assert headers["webhook-id"] == message().notice_id
    assert (told["type"], told["data"]["reason"]) == ("notice.told.v1", decision().reason)
    assert "疏散通道被货物堵塞" in body.decode()


def test_a_changed_body_fails_the_check() -> None:
    """The receiver would notice."""
    body: list[bytes] = []
    headers: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        body.append(await request.read())
        headers.append(dict(request.headers))
        return web.Response()

    async def story() -> None:
        async with receiving(answer) as port:
            await deliver(channel(port), f"http://127.0.0.1:{port}/")

    asyncio.run(story())

    changed = json.dumps(json.loads(body[0]) | {"type": "other"}).encode()
    with pytest.raises(Exception, match="No matching signature"):
        Signer(SECRET).verify(changed, headers[0])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(saying(200), (Result.DELIVERED, None), id="200"),
        pytest.param(saying(202), (Result.DELIVERED, None), id="202"),
        pytest.param(
            saying(302, Location="http://169.254.169.254/"), (Result.TEMPORARY, None), id="302 is not followed"
        ),
        pytest.param(saying(400), (Result.PERMANENT, None), id="400"),
        pytest.param(saying(404), (Result.TEMPORARY, None), id="404 while a receiver is rolled out"),
        pytest.param(saying(410), (Result.GONE, None), id="410"),
        pytest.param(saying(422), (Result.PERMANENT, None), id="422"),
        pytest.param(saying(429, **{"Retry-After": "120"}), (Result.LIMITED, 120), id="429 with seconds"),
        pytest.param(saying(429), (Result.LIMITED, None), id="429 without"),
        pytest.param(saying(429, **{"Retry-After": "soon"}), (Result.LIMITED, None), id="429 with nonsense"),
        pytest.param(saying(500), (Result.TEMPORARY, None), id="500"),
        pytest.param(saying(503, **{"Retry-After": "7"}), (Result.TEMPORARY, 7), id="503 with seconds"),
    ],
)
def test_each_status_has_its_meaning(answer: Answer, outcome: tuple[Result, float | None]) -> None:
    """2xx is delivered and nothing else is."""

    async def story() -> Outcome:
        async with receiving(answer) as port:
            return await deliver(channel(port), f"http://127.0.0.1:{port}/")

    told = asyncio.run(story())

    result, wait = outcome
    assert (told.result, told.retry_after) == (result, None if wait is None else timedelta(seconds=wait))


def test_a_date_says_when_to_come_back() -> None:
    """The other form of Retry-After."""
    told = replace(message(), sent_at=datetime(2023, 5, 21, tzinfo=UTC))

    async def story() -> Outcome:
        async with receiving(saying(429, **{"Retry-After": "Sun, 21 May 2023 00:02:00 GMT"})) as port:
            return await deliver(channel(port), f"http://127.0.0.1:{port}/", told)

    assert asyncio.run(story()).retry_after == timedelta(minutes=2)


async def _hangs(request: web.Request) -> web.Response:
    await request.read()
    await asyncio.sleep(30)  # longer than anybody waits for an answer
    return web.Response()


async def _resets_after_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
    writer.transport.abort()


async def _talks_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"SSH-2.0-nonsense\r\n\r\n")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(lambda: receiving(_hangs), id="silence"),
        pytest.param(lambda: accepting(_resets_after_the_body), id="reset after the body"),
        pytest.param(lambda: accepting(_talks_nonsense), id="no HTTP"),
    ],
)
def test_silence_after_the_body_is_not_known(server: Callable[[], Any]) -> None:
    """It may have arrived; the receiver recognises the repetition, so it may be sent again."""

    async def story() -> Outcome:
        async with server() as port:
            return await deliver(channel(port, timeout=0.5), f"http://127.0.0.1:{port}/")

    outcome = asyncio.run(story())

    assert (outcome.result, outcome.repeatable) == (Result.AMBIGUOUS, True)


def test_a_receiver_that_is_away_is_tried_again() -> None:
    """Nothing was sent."""

    async def story() -> Outcome:
        async with receiving(saying(200)) as port:
            pass
        return await deliver(channel(port), f"http://127.0.0.1:{port}/")

    assert asyncio.run(story()).result is Result.TEMPORARY


def test_a_certificate_nobody_vouches_for_stops_the_message() -> None:
    """TLS comes before the first byte of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response()

    async def story() -> Outcome:
        async with receiving(answer, context) as port:
            return await deliver(channel(port), f"https://127.0.0.1:{port}/")

    assert (asyncio.run(story()).result, seen) == (Result.TEMPORARY, [])


@pytest.mark.parametrize(
    ("url", "allowed", "policy"),
    [
        pytest.param("http://127.0.0.1:{port}/", "127.0.0.1:*", {"forbidden": None}, id="loopback, though listed"),
        pytest.param("http://localhost:{port}/", "localhost:*", {"forbidden": None}, id="loopback by a listed name"),
        pytest.param(
            "http://2130706433:{port}/",
            "0.0.0.0/0:*",
            {"forbidden": None},
            id="loopback as one number, which no receiver needs",
        ),
        pytest.param("http://127.1:{port}/", "0.0.0.0/0:*", {"forbidden": None}, id="loopback in short"),
        pytest.param("http://0x7f000001:{port}/", "0.0.0.0/0:*", {"forbidden": None}, id="loopback in hexadecimal"),
        pytest.param("http://[::1]:{port}/", "[::/0]:*", {"forbidden": None}, id="loopback of IPv6"),
        pytest.param(
            "http://[::ffff:127.0.0.1]:{port}/", "[::/0]:*", {"forbidden": None}, id="loopback mapped into IPv6"
        ),
        pytest.param("http://[64:ff9b::7f00:1]:{port}/", "[::/0]:*", {"forbidden": None}, id="loopback through NAT64"),
        pytest.param("http://0.0.0.0:{port}/", "0.0.0.0/0:*", {}, id="this host"),
        pytest.param("http://169.254.169.254/latest", "0.0.0.0/0:*", {}, id="the metadata service"),
        pytest.param("http://100.100.100.200/latest", "0.0.0.0/0:*", {}, id="the metadata service of Aliyun"),
        pytest.param("http://127.0.0.1:{port}/", "10.0.0.0/8:*", {}, id="a network that is not listed"),
        pytest.param("http://127.0.0.1:{port}/", "127.0.0.0/8:1", {}, id="a port that is not listed"),
        pytest.param("http://127.0.0.1:{port}/", "127.0.0.0/8:*", {"own": True}, id="our own database or broker"),
        pytest.param("http://127.0.0.1:{port}/", "", {}, id="an empty list"),
    ],
)
def test_what_must_not_be_dialled_is_not(url: str, allowed: str, policy: dict[str, Any]) -> None:
    """The address that is really dialled decides; it is refused for good and the receiver hears nothing."""
    seen: list[web.BaseRequest] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response()

    async def story() -> Outcome:
        async with receiving(answer) as port:
            where = url.format(port=port)
            options: dict[str, Any] = {"own": endpoints([("localhost", port)])} if "own" in policy else {}
            dial = DialPolicy(allowed=allow_list(allowed), **options)
            if "forbidden" not in policy:
                dial = replace(dial, forbidden=NEVER)
            host = where.split("/")[2]
            return await deliver(Webhook(policy=dial, secrets={host: SECRET}, timeout=5.0), where)

    outcome = asyncio.run(story())

    assert (outcome.result, seen) == (Result.PERMANENT, [])
    assert any(word in outcome.answer for word in ("禁止", "允许清单", "本系统", "不是网址"))


def test_a_listed_name_may_be_dialled_where_it_leads() -> None:
    """An administrator who lists a name trusts the addresses behind it, except those that are never dialled."""

    async def story() -> Outcome:
        async with receiving(saying(200)) as port:
            return await deliver(channel(port, allowed=f"localhost:{port}"), f"http://localhost:{port}/")

    assert asyncio.run(story()).result is Result.DELIVERED


def test_many_messages_share_connections() -> None:
    """A connection that was checked when it was dialled is used again for the same place."""
    peers: set[Any] = set()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response()

    async def story() -> list[Outcome]:
        async with receiving(answer) as port:
            webhook = channel(port)
            try:
                return [await webhook.deliver(message(), f"http://127.0.0.1:{port}/") for _ in range(5)]
            finally:
                await webhook.close()

    outcomes = asyncio.run(story())

    assert ({outcome.result for outcome in outcomes}, len(peers)) == ({Result.DELIVERED}, 1)


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("ftp://127.0.0.1/", Result.PERMANENT),
        ("http://user:word@127.0.0.1/", Result.PERMANENT),
        ("not an address", Result.PERMANENT),
        ("http://", Result.PERMANENT),
        ("http://127.0.0.1:99999/", Result.PERMANENT),
        ("http://127.0.0.1:9/", Result.TEMPORARY),
    ],
)
def test_an_address_that_cannot_be_used(url: str, result: Result) -> None:
    """No address, an account in it: never. No signing secret for it: until an operator adds one."""
    outcome = asyncio.run(deliver(channel(1), url))

    assert outcome.result is result
    assert "word" not in outcome.answer
