"""Post a message to a receiver's address, signed after Standard Webhooks, and read the status for what it means."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook as Signer
from yarl import URL

from runtime import log
from services.notify.channels.dialling import DialPolicy, dialling
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result

EVENT_TYPE: Final = "notice.told.v1"
ANSWER_BYTES: Final = 4096  # read and thrown away, so that the connection can be used again
_TRY_AGAIN: Final = frozenset({401, 403, 404, 405, 408, 421, 423, 425})  # a receiver that is being set up or rolled out
_GONE: Final = 410
_TOO_MANY: Final = 429

_logger = log.get(__name__)


class Webhook:
    """Posts JSON. The receiver recognises a repetition by `webhook-id`, which is the notice's id.

    `secrets` are signing secrets (`whsec_...`) by `host:port`; without one nothing is sent, for nobody could check it.
    """

    repeatable = True

    def __init__(
        self,
        *,
        policy: DialPolicy,
        secrets: Mapping[str, str],
        timeout: float = 20.0,
        connections: int = 20,
    ) -> None:
        """`timeout`: seconds for the whole of one attempt; a quarter of it to connect."""
        self._policy = policy
        self._signers = {_place(URL(f"http://{place}")): Signer(secret) for place, secret in secrets.items()}
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def patience(self) -> float:
        """Seconds after which an attempt has surely ended."""
        return self._timeout + 5.0

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Post once, without following redirects."""
        try:
            url = URL(address)
            place = _place(url)
        except ValueError:
            return Outcome(result=Result.PERMANENT, answer="不是网址")
        if url.scheme not in {"http", "https"} or not url.host or url.user is not None:
            return Outcome(result=Result.PERMANENT, answer="只接受不含账号的 http 或 https 网址")
        signer = self._signers.get(place)
        if signer is None:
            return Outcome(result=Result.TEMPORARY, answer=f"{place} 没有签名密钥")  # an operator adds it
        body = json.dumps(
            {"type": EVENT_TYPE, "timestamp": message.sent_at.isoformat(), "data": message.document},
            ensure_ascii=False,
            default=str,
        )
        return await self._post(url, body, _headers(signer, message, body), message.sent_at)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: URL, body: str, headers: Mapping[str, str], now: datetime) -> Outcome:
        refusals = dialling(url.host or "")
        try:
            async with self._open().post(url, data=body.encode(), headers=headers, allow_redirects=False) as response:
                with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):  # the status line is the answer
                    await response.content.read(ANSWER_BYTES)
                return _meaning(response.status, response.headers.get("Retry-After"), now)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
        ) as error:  # TLS failures too: nothing was sent
            if refusals:
                _logger.warning("address refused", host=url.host, port=url.port, reasons=refusals)
                return Outcome(result=Result.PERMANENT, answer=refusals[0])
            return Outcome(result=Result.TEMPORARY, answer=type(error).__name__)
        except aiohttp.InvalidURL:
            return Outcome(result=Result.PERMANENT, answer="不是网址")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Outcome(result=Result.AMBIGUOUS, answer=type(error).__name__, repeatable=True)

    def _open(self) -> aiohttp.ClientSession:
        """The session, made inside the loop that uses it."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    socket_factory=self._policy.socket_factory,
                    limit=self._connections,
                    limit_per_host=self._connections,
                    keepalive_timeout=10,
                ),
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=self._timeout / 4),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # a proxy would dial what our check never sees
                auto_decompress=False,
                headers={"user-agent": "bihuan-notify"},
            )
        return self._session


def _place(url: URL) -> str:
    """Host and port in one spelling."""
    return f"{(url.host or '').lower()}:{url.port}"


def _headers(signer: Signer, message: Message, body: str) -> dict[str, str]:
    moment = message.sent_at.astimezone(UTC)
    return {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": message.notice_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signer.sign(message.notice_id, moment, body),
    }


def _meaning(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """What an HTTP status means for a webhook."""
    answer = f"HTTP {status}"
    wait = _wait(retry_after, now)
    if 200 <= status < 300:  # noqa: PLR2004 (success)
        return Outcome(result=Result.DELIVERED, answer=answer)
    if status == _GONE:
        return Outcome(result=Result.GONE, answer=answer)
    if status == _TOO_MANY:
        return Outcome(result=Result.LIMITED, answer=answer, retry_after=wait)
    if status < 400 or status >= 500 or status in _TRY_AGAIN:  # noqa: PLR2004 (redirects; the receiver's own trouble)
        return Outcome(result=Result.TEMPORARY, answer=answer, retry_after=wait)
    return Outcome(result=Result.PERMANENT, answer=answer)


def _wait(word: str | None, now: datetime) -> timedelta | None:
    """Retry-After in either form (RFC 9110 section 10.2.3); None where it cannot be read."""
    if word is None:
        return None
    if word.isascii() and word.isdigit():
        return timedelta(seconds=min(int(word), 10**9))
    try:
        moment = parsedate_to_datetime(word)
    except ValueError:
        return None
    return max(timedelta(), moment.replace(tzinfo=moment.tzinfo or UTC) - now)
