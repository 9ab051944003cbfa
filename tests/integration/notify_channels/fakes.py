"""Providers on loopback that answer as theirs do: written from the published interfaces, not from our adapters.

DingTalk: 自定义机器人接入 and its table of error codes. WeCom: 群机器人配置说明 and 全局错误码. Feishu: 自定义机器人使用指南.
Aliyun: SendSms, 公共参数 and 请求签名 (RPC).
"""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from aiohttp import web

HOUR = 3600.0
BIZ_ID = "900619746936498440^0"


@dataclass
class Taken:
    """One message a provider accepted as complete: for whom, what, and when (its own clock)."""

    address: str
    body: dict[str, Any]
    at: float


@dataclass
class Provider:
    """A server in a thread of its own. `trouble` is asked before each message; a word it knows replaces the answer."""

    trouble: Callable[[], str] = lambda: ""
    clock: Callable[[], float] = time.time  # noqa: TID251 (a provider has a clock of its own)
    a_minute: int = 20
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    heard: int = 0
    heard_at: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # by its `name_of`
    port: int = 0
    _sent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def answer(self, request: web.Request, body: bytes) -> tuple[int, dict[str, Any]]:
        """The provider's own status and document for one message; it keeps what it accepts."""
        raise NotImplementedError

    def name_of(self, request: web.Request) -> str:
        """Who is written to, from the address of the request."""
        return request.query.get("access_token") or request.query.get("key") or request.path

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def too_fast(self, address: str) -> bool:
        """Whether this is more than its limit within a minute."""
        sent, now = self._sent[address], self.clock()
        while sent and sent[0] <= now - 60:
            sent.popleft()
        sent.append(now)
        return len(sent) > self.a_minute

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.heard += 1
        self.heard_at[self.name_of(request)].append(self.clock())
        match self.trouble():
            case "429":
                return web.Response(status=429, headers={"Retry-After": "7"})
            case "302":
                return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"})
            case "500" | "502" | "503" | "504" as status:
                return web.Response(status=int(status), text="<html>bad gateway</html>", content_type="text/html")
            case "silence":
                self.answer(request, body)
                await asyncio.sleep(30)  # longer than anybody waits for an answer
            case "reset":
                self.answer(request, body)
                assert request.transport is not None
                request.transport.abort()
            case "refused":  # before anything was looked at
                return web.Response(status=503)
            case "nonsense":
                return web.Response(text="ok")
            case "cut":  # the answer ends in its middle
                self.answer(request, body)
                response = web.StreamResponse(headers={"Content-Length": "64"})
                await response.prepare(request)
                await response.write(b'{"errcode":0,')
                assert request.transport is not None
                request.transport.abort()
                return response
        status, document = self.answer(request, body)
        return web.json_response(document, status=status)


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """The server, reachable while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        app = web.Application(client_max_size=1 << 24)
        app.router.add_post("/{tail:.*}", provider.serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", provider.port, ssl_context=provider.tls).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    provider.port = runner.addresses[0][1]
    try:
        yield provider
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@dataclass
class DingTalkServer(Provider):
    """`POST /robot/send`: everything is answered with 200 and an errcode."""

    robots: dict[str, str] = field(default_factory=lambda: {"t-1": "SEC-1"})  # token: secret

    def answer(self, request: web.Request, body: bytes) -> tuple[int, dict[str, Any]]:
        said = request.query
        secret = self.robots.get(said.get("access_token", ""))
        if request.path != "/robot/send" or secret is None:
            return 200, {"errcode": 300001, "errmsg": "token is not exist"}
        moment = said.get("timestamp", "0")
        if abs(self.clock() - int(moment) / 1000) > HOUR:
            return 200, {"errcode": 310000, "errmsg": "invalid timestamp"}
        digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
        if said.get("sign", "") != base64.b64encode(digest).decode():
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        if request.content_type != "application/json":
            return 200, {"errcode": 43004, "errmsg": "需要content-type为application/json"}
        if len(body) > 20_000:
            return 200, {"errcode": 400105, "errmsg": "message too large"}
        if self.too_fast(said["access_token"]):
            return 200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        document = json.loads(body)
        if document.get("msgtype") != "markdown" or not document["markdown"].get("title"):
            return 200, {"errcode": 40035, "errmsg": "缺少参数 json"}
        self.taken.append(Taken(said["access_token"], document, self.clock()))
        return 200, {"errcode": 0, "errmsg": "ok"}


@dataclass
class WeComServer(Provider):
    """`POST /cgi-bin/webhook/send?key=`: everything is answered with 200 and an errcode."""

    keys: tuple[str, ...] = ("k-1",)

    def answer(self, request: web.Request, body: bytes) -> tuple[int, dict[str, Any]]:
        key = request.query.get("key", "")
        if request.path != "/cgi-bin/webhook/send" or key not in self.keys:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"}
        if self.too_fast(key):
            return 200, {"errcode": 45009, "errmsg": "api freq out of limit"}
        document = json.loads(body)
        if document.get("msgtype") != "markdown":
            return 200, {"errcode": 40008, "errmsg": "invalid message type"}
        content = document["markdown"].get("content", "")
        if not content or len(content.encode()) > 4096:
            return 200, {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
        self.taken.append(Taken(key, document, self.clock()))
        return 200, {"errcode": 0, "errmsg": "ok"}


@dataclass
class FeishuServer(Provider):
    """`POST /open-apis/bot/v2/hook/<token>`: a code in the body; the signature's key is time and secret."""

    robots: dict[str, str] = field(default_factory=lambda: {"f-1": "S-1"})
    a_minute: int = 100

    def answer(self, request: web.Request, body: bytes) -> tuple[int, dict[str, Any]]:
        token = request.path.rpartition("/")[2]
        secret = self.robots.get(token)
        if request.path != f"/open-apis/bot/v2/hook/{token}" or secret is None:
            return 200, {"code": 19001, "data": {}, "msg": "param invalid: incoming webhook access token invalid"}
        document = json.loads(body)
        moment = document.get("timestamp", "0")
        sign = base64.b64encode(hmac.new(f"{moment}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
        if document.get("sign") != sign or abs(self.clock() - int(moment)) > HOUR:
            return 200, {"code": 19021, "data": {}, "msg": "sign match fail or timestamp is not within one hour"}
        if self.too_fast(token):
            return 400, {"code": 11232, "data": {}, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"}
        self.taken.append(Taken(token, document, self.clock()))
        return 200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


@dataclass
class AliyunServer(Provider):
    """`POST /` SendSms: errors come with 400 and a Code, or with 200 and a Code that is not OK."""

    secrets: dict[str, str] = field(default_factory=lambda: {"key-1": "key-secret-1"})
    says: str = "OK"
    message: str = "OK"
    nonces: set[str] = field(default_factory=set)
    became: list[tuple[int, str]] = field(default_factory=list)  # (SendStatus, ErrCode) of each part

    def details(self, told: dict[str, str]) -> dict[str, Any]:
        """QuerySendDetails: what became of one message; nothing is known of another day or number."""
        known = (told["PhoneNumber"], told["BizId"]) in {(taken.address, BIZ_ID) for taken in self.taken}
        lines = [
            {"SendStatus": status, "ErrCode": code, "PhoneNum": told["PhoneNumber"], "OutId": "", "Content": "【甲】"}
            for status, code in self.became
        ]
        found = lines if known and told["SendDate"].isdigit() and len(told["SendDate"]) == len("20230521") else []
        return {
            "Code": "OK",
            "Message": "OK",
            "RequestId": "R-2",
            "TotalCount": str(len(found)),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": found},
        }

    def answer(self, request: web.Request, body: bytes) -> tuple[int, dict[str, Any]]:
        told = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True))
        secret = self.secrets.get(told.get("AccessKeyId", ""))
        if request.content_type != "application/x-www-form-urlencoded" or secret is None:
            return 404, {"Code": "InvalidAccessKeyId.NotFound", "Message": "Specified access key is not found."}
        signed = {name: value for name, value in told.items() if name != "Signature"}
        query = "&".join(f"{quote(k, safe='-_.~')}={quote(signed[k], safe='-_.~')}" for k in sorted(signed))
        text = f"POST&{quote('/', safe='')}&{quote(query, safe='-_.~')}"
        digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
        if told.get("Signature") != base64.b64encode(digest).decode():
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched."}
        if told["SignatureNonce"] in self.nonces:
            return 400, {"Code": "SignatureNonceUsed", "Message": "Specified signature nonce was used already."}
        self.nonces.add(told["SignatureNonce"])
        if told["Action"] == "QuerySendDetails":
            return 200, self.details(told)
        if self.says != "OK":
            return 200, {"Code": self.says, "Message": self.message, "RequestId": "R-1"}
        if any(len(value) > 35 for value in json.loads(told["TemplateParam"]).values()):
            return 200, {"Code": "isv.PARAM_LENGTH_LIMIT", "Message": "参数超过长度限制", "RequestId": "R-1"}
        self.taken.append(Taken(told["PhoneNumbers"], told, self.clock()))
        return 200, {"Code": "OK", "Message": "OK", "BizId": BIZ_ID, "RequestId": "R-1"}
