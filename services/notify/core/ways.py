"""Name the channels, and say when a dead provider's messages go another way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notify.core.breaker import LONGEST_REST

WORDS: Final[Mapping[str, str]] = {
    "email": "邮件",
    "webhook": "接口推送",
    "dingtalk": "钉钉群",
    "wecom": "企业微信群",
    "feishu": "飞书群",
    "sms": "短信",
}
"""Every channel with its Chinese name."""

FRESH: Final = 2 * LONGEST_REST
"""How long a failure says that a provider is dead: while anything waits for it, one message asks more often than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """How long a provider may be dead until what must not wait goes another way, and the ways in order of preference."""

    after: timedelta = timedelta(minutes=30)
    channels: tuple[str, ...] = ("sms", "email", "dingtalk", "wecom", "feishu", "webhook")


USUAL: Final = Detour()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A provider of a channel that has answered nothing since `since`, and last did not at `failed_at`."""

    channel: str
    provider: str
    since: datetime
    failed_at: datetime

    def is_dead(self, detour: Detour, now: datetime) -> bool:
        """Whether it is dead for long, and was asked lately: a provider that nobody asked may be back."""
        return now - self.since >= detour.after and now - self.failed_at <= FRESH


def word(channel: str) -> str:
    """A channel's Chinese name; its own word where it has none."""
    return WORDS.get(channel, channel)
