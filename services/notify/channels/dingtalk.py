"""Speak to the robots of DingTalk groups (自定义机器人, 加签)."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from yarl import URL

from services.notify.channels.robots import Dialect, Robot, errcode
from services.notify.core.markdown import markdown
from services.notify.core.messages import Message

ROOM: Final = 18_000  # bytes of text: the provider takes 20,000 of the whole message


def signature(secret: str, moment: str) -> str:
    """What proves who writes: HMAC-SHA256 over the time (milliseconds) and the secret itself, in base64."""
    return b64encode(hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), "sha256")).decode()


def _request(provider: URL, robot: Robot, message: Message) -> tuple[URL, Mapping[str, Any]]:
    moment = str(round(message.sent_at.timestamp() * 1000))
    url = (provider / "robot/send").with_query(
        access_token=robot.token, timestamp=moment, sign=signature(robot.secret, moment)
    )
    body = {
        "msgtype": "markdown",
        "markdown": {"title": message.title, "text": markdown(message, ROOM)},
        "at": {"isAtAll": False},
    }
    return url, body


DINGTALK: Final = Dialect(
    channel="dingtalk",
    provider="https://oapi.dingtalk.com",
    request=_request,
    code_of=errcode,
    too_fast=frozenset({130101, 410100, 90018, 90030}),
    pause=timedelta(minutes=10),  # for so long a robot that was too fast is answered nothing else
    # A token nobody knows, a dissolved group, a stopped robot; a form or a content that is not taken.
    never=frozenset(
        {300001, 400013, 400101, 400102, 400105, 400106, 40035, 43004, 430101, 430102, 430103, 430104},
    ),
    most=40,  # lines are cut so that as many fit into ROOM
    a_minute=20,
)
"""310000 is a signature, keyword or address that does not fit: an operator mends it, so it is tried again."""
