"""Post a message to a receiver's address, signed after Standard Webhooks, and read the status for what it means."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook as Signer
from yarl import URL

from services.notify.channels.dialling import DialPolicy
from services.notify.channels.posting import NoReply, Poster, Reply, by_status
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result

EVENT_TYPE: Final = "notice.told.v1"
_TRY_AGAIN: Final = frozenset({401, 403, 404, 405, 408, 421, 423, 425})  # a receiver that is being set up or rolled out
_GONE: Final = 410
_TOO_MANY: Final = 429


class Webhook:
    """Posts JSON. The receiver recognises a repetition by `webhook-id`, which is the notice's id.

    `secrets` are signing secrets (`whsec_...`) by `host:port`; without one nothing is sent, for nobody could check it.
    """

    repeatable = True
    most = 1  # machines read each by itself
    a_minute = None

    def __init__(
        self,
        *,
        policy: DialPolicy,
        secrets: Mapping[str, str],
        timeout: float = 20.0,
        connections: int = 20,
    ) -> None:
        """`timeout`: seconds for the whole of one attempt; a quarter of it to connect."""
        self._poster = Poster(policy=policy, timeout=timeout, connections=connections)
        self._signers = {_place(URL(f"http://{place}")): Signer(secret) for place, secret in secrets.items()}

    @property
    def patience(self) -> float:
        """Seconds after which an attempt has surely ended."""
        return self._poster.patience

    def provider(self, address: str) -> str:
        """Each receiver is a provider of its own."""
        try:
            return _place(URL(address))
        except ValueError:
            return address

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
        try:
            reply = await self._poster.post(url, body.encode(), _headers(signer, message, body))
        except NoReply as none:
            return replace(none.outcome, repeatable=True)
        return _meaning(reply, message.sent_at)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        await self._poster.close()


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


def _meaning(reply: Reply, now: datetime) -> Outcome:
    """What an HTTP status means for a webhook: here, and only here, the status is the receiver's own word."""
    answer = f"HTTP {reply.status}"
    if 200 <= reply.status < 300:  # noqa: PLR2004 (success)
        return Outcome(result=Result.DELIVERED, answer=answer)
    if reply.status == _GONE:
        return Outcome(result=Result.GONE, answer=answer)
    if 400 <= reply.status < 500 and reply.status not in {*_TRY_AGAIN, _TOO_MANY}:  # noqa: PLR2004 (our fault)
        return Outcome(result=Result.PERMANENT, answer=answer)
    found = by_status(reply, now)
    # The receiver knows a repetition, so a gateway's silence is simply tried again.
    return replace(found, result=Result.TEMPORARY) if found.result is Result.AMBIGUOUS else found
