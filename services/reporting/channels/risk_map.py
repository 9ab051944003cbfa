"""Tell a city's risk platform of one hazard by HTTP, and say what its answer was."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import aiohttp
from standardwebhooks import Webhook as Signer

MEDIA_TYPE: Final = "application/geo+json"
PATIENCE: Final = 15.0  # seconds for one attempt


class Answer(NamedTuple):
    """The status of an answer, None where none came; the pause it asks for; what is said of it in one line."""

    status: int | None
    retry_after: float | None = None
    said: str = ""


class RiskPlatform:
    """Posts features; the platform tells repetitions apart by `idempotency-key`, and us by the signature.

    Redirects are not followed: the address is the one that an administrator gave.
    """

    def __init__(self, address: str, *, secret: str = "", connections: int = 8) -> None:
        """`secret`: a signing secret of Standard Webhooks (`whsec_...`); empty: unsigned."""
        self._address = address
        self._signer = Signer(secret) if secret else None
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def tell(self, feature: Mapping[str, Any], *, key: str, at: datetime) -> Answer:
        """Post one feature; `key` stays the same over all attempts to tell the same state."""
        body = json.dumps(feature, ensure_ascii=False)
        try:
            async with self._opened().post(
                self._address, data=body.encode(), headers=self._headers(body, key, at), allow_redirects=False
            ) as reply:
                return Answer(reply.status, _seconds(reply.headers.get("retry-after")), f"HTTP {reply.status}")
        except TimeoutError:
            return Answer(None, said=f"no answer within {PATIENCE:.0f} s")
        except aiohttp.ClientError as error:
            return Answer(None, said=type(error).__name__)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                timeout=aiohttp.ClientTimeout(total=PATIENCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    def _headers(self, body: str, key: str, at: datetime) -> dict[str, str]:
        headers = {"content-type": MEDIA_TYPE, "idempotency-key": key}
        if self._signer is None:
            return headers
        moment = at.astimezone(UTC)
        return headers | {
            "webhook-id": key,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._signer.sign(key, moment, body),
        }


def _seconds(header: str | None) -> float | None:
    """The seconds of a `Retry-After`; a date is not heeded, for the platform's clock is not ours."""
    return float(header) if header is not None and header.isascii() and header.isdigit() else None
