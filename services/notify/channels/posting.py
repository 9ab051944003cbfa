"""Post over HTTP for every channel that does: only to addresses that may be dialled, once, without redirects."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
import msgspec
from yarl import URL

from runtime import log
from services.notify.channels.dialling import DialPolicy, dialling
from services.notify.core.messages import plain
from services.notify.core.retry import Outcome, Result

ANSWER_BYTES: Final = 16_384  # read of an answer; what comes after it is thrown away
ANSWER_LENGTH: Final = 120  # characters of a provider's words that are kept
MARGIN: Final = 5.0  # seconds between the end of a request's time and the moment when it has surely ended
TOO_MANY: Final = 429
GATEWAY: Final = frozenset({502, 504})
"""A gateway heard nothing, or nonsense, from the provider behind it: that one may have acted all the same."""

_logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status and the headers, and the body where it came whole (else None)."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def document(self) -> dict[str, Any] | None:
        """The body as a JSON object; None where it is none, or was cut off."""
        try:
            found = msgspec.json.decode(self.body or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return found if isinstance(found, dict) else None


class NoReply(Exception):
    """Nothing came back; carries what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.answer)
        self.outcome = outcome


class Poster:
    """Keeps connections for one channel. `patience`: seconds after which an attempt has surely ended."""

    def __init__(self, *, policy: DialPolicy, timeout: float, connections: int) -> None:
        """`timeout`: seconds for the whole of one attempt; a quarter of it to connect."""
        self._policy = policy
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self.patience = timeout + MARGIN

    async def post(self, url: URL, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post once. Raises `NoReply` where no status came: refused or unreachable before, unknown after it was sent."""
        refusals = dialling(url.host or "")
        try:
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as response:
                return Reply(response.status, response.headers, await _whole(response))
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
        ) as error:  # TLS failures too: nothing sent
            if refusals:
                _logger.warning("address refused", host=url.host, port=url.port, reasons=refusals)
                raise NoReply(Outcome(result=Result.PERMANENT, answer=refusals[0])) from error
            raise NoReply(Outcome(result=Result.TEMPORARY, answer=type(error).__name__, down=True)) from error
        except aiohttp.InvalidURL as error:
            raise NoReply(Outcome(result=Result.PERMANENT, answer="不是网址")) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoReply(Outcome(result=Result.AMBIGUOUS, answer=type(error).__name__, down=True)) from error

    async def close(self) -> None:
        """Close the connections that are kept open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

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


def by_status(reply: Reply, now: datetime) -> Outcome:
    """What a reply means whose body says nothing that is known: a provider's own word is missing, so never delivered."""
    answer = f"HTTP {reply.status}"
    wait = wait_asked(reply.headers.get("Retry-After"), now)
    if reply.status == TOO_MANY:
        return Outcome(result=Result.LIMITED, answer=answer, retry_after=wait)
    if reply.status in GATEWAY:
        return Outcome(result=Result.AMBIGUOUS, answer=answer, down=True)
    if 200 <= reply.status < 300:  # noqa: PLR2004 (success, but of what?)
        return Outcome(result=Result.AMBIGUOUS, answer=f"{answer}，应答无法读取")
    return Outcome(result=Result.TEMPORARY, answer=answer, retry_after=wait, down=reply.status >= 500)  # noqa: PLR2004


def words(code: object, text: object) -> str:
    """A provider's code and sentence, short and on one line."""
    return plain(f"{code} {text}", ANSWER_LENGTH)


def wait_asked(word: str | None, now: datetime) -> timedelta | None:
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


async def _whole(response: aiohttp.ClientResponse) -> bytes | None:
    """The body; None where the connection ends within it, or it is longer than any provider's answer."""
    try:
        body = await response.content.readexactly(ANSWER_BYTES)
    except asyncio.IncompleteReadError as error:
        return error.partial
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    return body if response.content.at_eof() else None
