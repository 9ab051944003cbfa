"""Take a request's body whole, within its limit and time, and let no JSON in that two readers would read differently."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts import strict_json
from contracts.strict_json import MAX_DEPTH, Fault, Unfit

BODY_LIMIT: Final = 1 << 20  # bytes
BODY_SECONDS: Final = 30.0  # to send a whole body
LARGE_AT_ONCE: Final = 8
"""Bodies above BODY_LIMIT that a process reads side by side: what they may hold together is what it has to spare."""

_JSON: Final = "application/json"
_FAULTS: Final[Mapping[Fault, str]] = {
    Fault.NUL_CHARACTER: "the body holds a NUL character",
    Fault.NOT_UTF8: "the body is not UTF-8",
    Fault.TOO_DEEP: f"the body nests deeper than {MAX_DEPTH} levels",
    Fault.DUPLICATE_KEY: "the body has a key twice in one object",
    Fault.LONE_SURROGATE: "the body holds half of a surrogate pair",
    Fault.NUMBER_OUT_OF_RANGE: "the body holds a number that is out of range",
    Fault.NUMBER_NOT_FINITE: "the body holds a number that is none (NaN, Infinity)",
}

Refuse = Callable[[Scope, Send, int, str, Mapping[str, str] | None], Awaitable[None]]


class Limits:
    """Reads the whole body first, so that no route meets more, or other JSON, than it agreed to."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int], refuse: Refuse) -> None:
        """`limits` gives other limits (bytes) than BODY_LIMIT to paths that begin with the key; `refuse` answers."""
        self._app = app
        self._limits = limits
        self._refuse = refuse
        self._large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app meet the body, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = max((size for path, size in self._limits.items() if scope["path"].startswith(path)), default=BODY_LIMIT)
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await self._refuse(scope, send, 413, _too_large(limit), None)
            return
        is_large = limit > BODY_LIMIT and (int(declared) > BODY_LIMIT or b"transfer-encoding" in headers)
        if is_large and self._large >= LARGE_AT_ONCE:
            await self._refuse(scope, send, 503, "too many large uploads at once; try again", {"retry-after": "5"})
            return
        self._large += is_large
        try:
            await self._take(scope, receive, send, limit)
        finally:
            self._large -= is_large

    async def _take(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        try:
            body = await asyncio.wait_for(_read(receive, limit), BODY_SECONDS)
        except TimeoutError:
            await self._refuse(scope, send, 408, f"the body did not come within {BODY_SECONDS:.0f} s", None)
            return
        if body is None:
            await self._refuse(scope, send, 413, _too_large(limit), None)
            return
        media = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        if media == _JSON and body and (fault := fault_of(body)):
            await self._refuse(scope, send, 400, fault, None)
            return
        await self._app(scope, _replay(body, receive), send)


def fault_of(body: bytes) -> str | None:
    """What makes a JSON body unfit, None where nothing does; says the kind of fault and nothing of the content.

    What is no JSON at all is left to the route, which says at which character; so are the bounds of whole numbers.
    """
    read = strict_json.read(body, parse_int=int)
    return _FAULTS.get(read.fault) if isinstance(read, Unfit) else None


def _too_large(limit: int) -> str:
    return f"请求超过 {limit} 字节的上限，请分成几次发送 (at most {limit} bytes; send it in parts)"


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or None when it grows over the limit."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)  # the client left: whoever reads on sees it again
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def once() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
