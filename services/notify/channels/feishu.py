"""Speak to the robots of Feishu groups (自定义机器人, 签名校验)."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from yarl import URL

from services.notify.channels.robots import Dialect, Robot
from services.notify.core.messages import Message


def signature(secret: str, moment: str) -> str:
    """What proves who writes: HMAC-SHA256 of nothing, keyed by the time (seconds) and the secret, in base64."""
    return b64encode(hmac.digest(f"{moment}\n{secret}".encode(), b"", "sha256")).decode()


def _request(provider: URL, robot: Robot, message: Message) -> tuple[URL, Mapping[str, Any]]:
    """Plain text in a rich frame: nothing in it is ever markup or a mention."""
    lines = [f"{label}：{text}" for label, text in message.lines] + list(message.notes)
    post = {"title": message.title, "content": [[{"tag": "text", "text": line}] for line in lines]}
    body: dict[str, Any] = {"msg_type": "post", "content": {"post": {"zh_cn": post}}}
    if robot.secret:
        moment = str(int(message.sent_at.timestamp()))
        body |= {"timestamp": moment, "sign": signature(robot.secret, moment)}
    return provider / "open-apis/bot/v2/hook" / robot.token, body


def _code(said: Mapping[str, Any]) -> tuple[object, object]:
    return said.get("code", said.get("StatusCode")), said.get("msg", said.get("StatusMessage", ""))


FEISHU: Final = Dialect(
    channel="feishu",
    provider="https://open.feishu.cn",
    request=_request,
    code_of=_code,
    too_fast=frozenset({11232}),
    pause=timedelta(minutes=1),
    never=frozenset({19001, 19002}),  # a robot nobody knows; a form that is not taken
    most=30,
    a_minute=100,
)
"""19021 (signature), 19022 (address), 19024 (keyword) are mended by an operator, so they are tried again."""
