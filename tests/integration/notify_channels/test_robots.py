"""Group robots answer 200 to almost everything: only their own code says whether a message arrived."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from services.notify.channels.dialling import LOOPBACK, NEVER, DialPolicy, endpoints
from services.notify.channels.dingtalk import DINGTALK
from services.notify.channels.feishu import FEISHU
from services.notify.channels.robots import Dialect, GroupRobots, Robot
from services.notify.channels.wecom import WECOM
from services.notify.core.messages import Message, compose
from services.notify.core.retry import Outcome, Result
from tests.integration.notify_channels.fakes import DingTalkServer, FeishuServer, Provider, WeComServer, running
from tests.unit.services.notify.given import PLACES, decision, planned

NAME = "温岭安委办群"
PROGRAMS: tuple[tuple[Dialect, Callable[..., Provider], Robot], ...] = (
    (DINGTALK, DingTalkServer, Robot(token="t-1", secret="SEC-1")),
    (WECOM, WeComServer, Robot(token="k-1")),
    (FEISHU, FeishuServer, Robot(token="f-1", secret="S-1")),
)
every_program = pytest.mark.parametrize(
    ("dialect", "server", "robot"), [pytest.param(*program, id=program[0].channel) for program in PROGRAMS]
)


def message(**context: Any) -> Message:
    (notice,) = planned(decision())
    told = decision(context=decision().context | context)
    return compose(notice, told, places=PLACES, now=datetime.now(UTC))  # noqa: TID251 (signed stamps age)


def deliver(
    dialect: Dialect, url: str, robot: Robot, told: Message | None = None, *, timeout: float = 5.0, **policy: Any
) -> Outcome:
    policy = {"allowed": (), "forbidden": NEVER} | policy
    robots = GroupRobots(dialect, robots={NAME: robot}, policy=DialPolicy(**policy), url=url, timeout=timeout)

    async def story() -> Outcome:
        try:
            return await robots.deliver(told or message(), NAME)
        finally:
            await robots.close()

    return asyncio.run(story())


@every_program
def test_what_the_program_confirms_is_delivered(
    dialect: Dialect, server: Callable[..., Provider], robot: Robot
) -> None:
    """The signature holds at a server that computes it for itself, and the text is there."""
    with running(server()) as provider:
        outcome = deliver(dialect, provider.url, robot)

    (taken,) = provider.taken
    assert (outcome.result, taken.address) == (Result.DELIVERED, robot.token)
    assert "疏散通道被货物堵塞" in str(taken.body)


@every_program
@pytest.mark.parametrize(
    ("trouble", "result", "wait"),
    [
        ("429", Result.LIMITED, 7),
        ("302", Result.TEMPORARY, None),
        ("500", Result.TEMPORARY, None),
        ("503", Result.TEMPORARY, None),
        ("502", Result.AMBIGUOUS, None),
        ("504", Result.AMBIGUOUS, None),
        ("silence", Result.AMBIGUOUS, None),
        ("reset", Result.AMBIGUOUS, None),
        ("cut", Result.AMBIGUOUS, None),
        ("nonsense", Result.AMBIGUOUS, None),
    ],
)
def test_trouble_has_its_name(
    dialect: Dialect, server: Callable[..., Provider], robot: Robot, trouble: str, result: Result, wait: int | None
) -> None:
    """What surely did not arrive is tried again; what may have arrived is nobody's guess; a redirect leads nowhere."""
    with running(server(trouble=lambda: trouble)) as provider:
        outcome = deliver(dialect, provider.url, robot, timeout=0.5)

    assert (outcome.result, outcome.repeatable) == (result, False)
    assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert provider.heard == 1


@pytest.mark.parametrize(
    ("dialect", "server", "robot", "result", "code"),
    [
        pytest.param(DINGTALK, DingTalkServer, Robot(token="t-1", secret="no"), Result.TEMPORARY, "310000", id="sign"),
        pytest.param(DINGTALK, DingTalkServer, Robot(token="t-9", secret="no"), Result.PERMANENT, "300001", id="token"),
        pytest.param(WECOM, WeComServer, Robot(token="k-9"), Result.PERMANENT, "93000", id="key"),
        pytest.param(
            FEISHU, FeishuServer, Robot(token="f-1", secret="no"), Result.TEMPORARY, "19021", id="sign of feishu"
        ),
        pytest.param(FEISHU, FeishuServer, Robot(token="f-9", secret="no"), Result.PERMANENT, "19001", id="hook"),
    ],
)
def test_200_with_a_code_is_no_success(
    dialect: Dialect, server: Callable[..., Provider], robot: Robot, result: Result, code: str
) -> None:
    """A wrong signature can be mended by an operator; a robot that does not exist cannot be waited for."""
    with running(server()) as provider:
        outcome = deliver(dialect, provider.url, robot)

    assert (outcome.result, outcome.answer.split()[0], provider.taken) == (result, code, [])


def test_a_clock_that_is_wrong_is_named() -> None:
    """The provider takes no stamp older than an hour."""
    with running(DingTalkServer()) as provider:
        old = replace(message(), sent_at=datetime(2023, 5, 21, tzinfo=UTC))
        outcome = deliver(DINGTALK, provider.url, PROGRAMS[0][2], old)

    assert (outcome.result, outcome.answer) == (Result.TEMPORARY, "310000 invalid timestamp")


@every_program
def test_a_robot_that_is_too_fast_waits(dialect: Dialect, server: Callable[..., Provider], robot: Robot) -> None:
    """The limit is the provider's, and so is the pause."""
    with running(server(a_minute=1)) as provider:
        first = deliver(dialect, provider.url, robot)
        second = deliver(dialect, provider.url, robot)

    assert (first.result, second.result, second.retry_after) == (Result.DELIVERED, Result.LIMITED, dialect.pause)


@every_program
def test_a_certificate_nobody_vouches_for(dialect: Dialect, server: Callable[..., Provider], robot: Robot) -> None:
    """TLS comes before the first byte of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with running(server(tls=context)) as provider:
        outcome = deliver(dialect, provider.url, robot)

    assert (outcome.result, provider.heard) == (Result.TEMPORARY, 0)


@every_program
def test_a_provider_that_is_away_is_tried_again(
    dialect: Dialect, server: Callable[..., Provider], robot: Robot
) -> None:
    """Nothing was sent."""
    with running(server()) as provider:
        url = provider.url

    assert deliver(dialect, url, robot).result is Result.TEMPORARY


@every_program
@pytest.mark.parametrize("policy", ["loopback", "own"])
def test_the_provider_must_not_be_ourselves(
    dialect: Dialect, server: Callable[..., Provider], robot: Robot, policy: str
) -> None:
    """An address that a setting names is still checked when it is dialled."""
    with running(server()) as provider:
        forbidden = {"forbidden": NEVER + LOOPBACK} if policy == "loopback" else {}
        own = {"own": endpoints([("127.0.0.1", provider.port)])} if policy == "own" else {}
        outcome = deliver(dialect, provider.url, robot, **forbidden, **own)

    assert (outcome.result, provider.heard) == (Result.PERMANENT, 0)


HOSTILE = (
    "@所有人 @all <@all> <at id=all></at> [点此领奖](http://evil.example/) ![x](http://evil.example/p.png) "
    "**# 标题** `{{ config }}` {% raw %} ${jndi} <font color='red'>x</font> \n# 一级\n> 引用\n---\n1. 甲"
)


@every_program
def test_what_people_write_stays_text(dialect: Dialect, server: Callable[..., Provider], robot: Robot) -> None:
    """No mention, link, picture, heading or template comes out of a hazard's description."""
    with running(server()) as provider:
        outcome = deliver(dialect, provider.url, robot, message(description=HOSTILE, site_name=HOSTILE))

    assert outcome.result is Result.DELIVERED
    (taken,) = provider.taken
    if dialect is FEISHU:
        tags = {part["tag"] for line in taken.body["content"]["post"]["zh_cn"]["content"] for part in line}
        assert tags == {"text"}
        return
    text = taken.body["markdown"].get("text") or taken.body["markdown"]["content"]
    ours = text.replace("### ", "").replace("**", "")
    assert not set("*_#[]()<`!|~@{}&$") & set(ours.replace("> ", ""))
    assert "://" not in text
    assert taken.body.get("at", {}).get("isAtAll", False) is False


def test_a_robot_nobody_configured() -> None:
    """The roster names one that the settings do not know: it is tried again, for an operator adds it."""
    robots = GroupRobots(DINGTALK, robots={}, policy=DialPolicy(allowed=()), url="http://127.0.0.1:9")

    outcome = asyncio.run(robots.deliver(message(), NAME))

    assert outcome == Outcome(result=Result.TEMPORARY, answer=f"没有名为 {NAME} 的机器人")
