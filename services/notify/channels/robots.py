"""Write into the groups of chat programs through their robots: one mechanism, and one file for each program's dialect.

The roster names a robot by its name; its keys stand in a secret file, never in the roster.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from yarl import URL

from services.notify.channels.dialling import Allowed, DialPolicy
from services.notify.channels.posting import NoReply, Poster, Reply, by_status, words
from services.notify.core.messages import Message
from services.notify.core.retry import Outcome, Result

JSON: Final = {"content-type": "application/json; charset=utf-8"}
SIGNING: Final = frozenset({"dingtalk"})
"""Channels whose robots have to sign: without, anybody who learns the address could write."""


class InvalidRobots(ValueError):
    """The robots cannot be read; the message says what is missing, without a key."""


class Robot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One robot: the key of its address, and the secret it signs with."""

    token: str
    secret: str = ""


Robots = Mapping[str, Robot]
"""The robots of one channel by the name that rosters use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one chat program is spoken to.

    `request` gives the address below the provider's and the body; `code_of` finds the program's own code and words in
    an answer. `too_fast`: codes that ask for a `pause`. `never`: codes after which the same will never work. `most`:
    decisions in one digest. `a_minute`: messages a minute and robot, as published.
    """

    channel: str
    provider: str
    request: Callable[[URL, Robot, Message], tuple[URL, Mapping[str, Any]]]
    code_of: Callable[[Mapping[str, Any]], tuple[object, object]]
    too_fast: frozenset[int]
    pause: timedelta
    never: frozenset[int]
    most: int
    a_minute: int


class GroupRobots:
    """The robots of one chat program. A group shows a repeated message twice, so a repetition is never silent."""

    repeatable = False

    def __init__(
        self,
        dialect: Dialect,
        *,
        robots: Robots,
        policy: DialPolicy,
        url: str = "",
        timeout: float = 20.0,
        connections: int = 8,
    ) -> None:
        """`url`: the provider's address where it is not the public one; `timeout`: seconds for one attempt."""
        self._dialect = dialect
        self._robots = robots
        self._url = URL(url or dialect.provider)
        self._poster = Poster(policy=reach(self._url, policy), timeout=timeout, connections=connections)
        self.most = dialect.most
        self.a_minute = dialect.a_minute

    @property
    def patience(self) -> float:
        """Seconds after which an attempt has surely ended."""
        return self._poster.patience

    def provider(self, _address: str) -> str:
        """One provider stands behind every address."""
        return ""

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Send one message to the robot of this name; nobody is ever mentioned."""
        robot = self._robots.get(address)
        if robot is None:  # an operator may still add it
            return Outcome(result=Result.TEMPORARY, answer=f"没有名为 {address} 的机器人")
        url, body = self._dialect.request(self._url, robot, message)
        try:
            reply = await self._poster.post(url, json.dumps(body, ensure_ascii=False).encode(), JSON)
        except NoReply as none:
            return none.outcome
        return self._meaning(reply, message.sent_at)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        await self._poster.close()

    def _meaning(self, reply: Reply, now: datetime) -> Outcome:
        """The program's own code counts, whatever the HTTP status is; without one nothing was delivered for sure."""
        said = reply.document
        code, text = self._dialect.code_of(said) if said is not None else (None, None)
        if not isinstance(code, int):
            return by_status(reply, now)
        answer = words(code, text)
        if code == 0:
            return Outcome(result=Result.DELIVERED, answer=answer)
        if code in self._dialect.too_fast:
            return Outcome(result=Result.LIMITED, answer=answer, retry_after=self._dialect.pause)
        # What is not known for good may be mended by an operator: a signature, a keyword, a range of addresses.
        return Outcome(result=Result.PERMANENT if code in self._dialect.never else Result.TEMPORARY, answer=answer)


def errcode(said: Mapping[str, Any]) -> tuple[object, object]:
    """The code and the words of DingTalk and WeCom."""
    return said.get("errcode"), said.get("errmsg", "")


def robots_from(document: str, channels: frozenset[str]) -> Mapping[str, Robots]:
    """Read `{"dingtalk": {"<name>": {"token": "...", "secret": "SEC..."}}, "wecom": ...}`; raises `InvalidRobots`."""
    try:
        found = msgspec.json.decode(document, type=dict[str, dict[str, Robot]])
    except msgspec.MsgspecError as error:
        raise InvalidRobots(
            "BIHUAN_ROBOTS is not a JSON object such as"
            ' {"dingtalk": {"温岭安委办群": {"token": "...", "secret": "SEC..."}}}'
        ) from error
    for channel, robots in found.items():
        if channel not in channels:
            raise InvalidRobots(f"BIHUAN_ROBOTS: {channel!r} is no kind of robot: use {', '.join(sorted(channels))}")
        for name, robot in robots.items():
            if not robot.token:
                raise InvalidRobots(f"BIHUAN_ROBOTS: {channel} robot {name!r} has no token")
            if channel in SIGNING and not robot.secret:
                raise InvalidRobots(f"BIHUAN_ROBOTS: {channel} robot {name!r} has no secret: choose 加签 in the group")
    return found


def reach(url: URL, policy: DialPolicy) -> DialPolicy:
    """What may be dialled for one provider whose address an operator has set: that host and port, nothing else."""
    if url.scheme not in {"http", "https"} or not url.host or url.port is None:
        raise InvalidRobots(f"{str(url)!r} is no address of a provider: write https://host or https://host:port")
    host = Allowed(host=url.host.lower(), network=None, port=url.port)
    return DialPolicy(allowed=(host,), forbidden=policy.forbidden, own=policy.own)
