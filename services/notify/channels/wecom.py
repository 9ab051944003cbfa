"""Speak to the robots of WeCom groups (群机器人)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from yarl import URL

from services.notify.channels.robots import Dialect, Robot, errcode
from services.notify.core.markdown import markdown
from services.notify.core.messages import Message

ROOM: Final = 4_000  # bytes of text: the provider takes 4,096


def _request(provider: URL, robot: Robot, message: Message) -> tuple[URL, Mapping[str, Any]]:
    url = (provider / "cgi-bin/webhook/send").with_query(key=robot.token)
    return url, {"msgtype": "markdown", "markdown": {"content": markdown(message, ROOM)}}


WECOM: Final = Dialect(
    channel="wecom",
    provider="https://qyapi.weixin.qq.com",
    request=_request,
    code_of=errcode,
    too_fast=frozenset({45009, 45033}),
    pause=timedelta(minutes=1),
    never=frozenset({93000, 93008, 40008, 40058, 44004, 45002}),  # a robot nobody knows; what is not taken
    most=10,  # lines are cut so that as many fit into ROOM
    a_minute=20,
)
