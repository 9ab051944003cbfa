"""Text messages through Aliyun: only `Code: OK` is a success, and a number is never written to twice by accident."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notify.channels.dialling import NEVER, DialPolicy
from services.notify.channels.sms import Sms, SmsAccount
from services.notify.core.messages import Message, compose
from services.notify.core.receipts import Receipt, Word
from services.notify.core.retry import Outcome, Result
from tests.integration.notify_channels.fakes import BIZ_ID, AliyunServer, running
from tests.unit.services.notify.given import PLACES, decision, planned

PHONE = "10000000000"  # no network has this prefix
ACCOUNT = SmsAccount(key_id="key-1", key_secret="key-secret-1", sign_name="温岭市安委办", template="SMS_1")


def message(**context: Any) -> Message:
    (notice,) = planned(decision())
    told = decision(context=decision().context | context)
    return compose(notice, told, places=PLACES, now=datetime.now(UTC))  # noqa: TID251 (a nonce is never used twice)


def deliver(
    url: str, told: Message | None = None, *, account: SmsAccount = ACCOUNT, phone: str = PHONE, timeout: float = 5.0
) -> Outcome:
    sms = Sms(account=account, policy=DialPolicy(allowed=(), forbidden=NEVER), url=url, timeout=timeout)

    async def story() -> Outcome:
        try:
            return await sms.deliver(told or message(), phone)
        finally:
            await sms.close()

    return asyncio.run(story())


def test_a_message_is_signed_and_says_what_it_is_about() -> None:
    """The server computes the signature for itself from what came; the number is in no address of a page."""
    with running(AliyunServer()) as provider:
        outcome = deliver(provider.url)

    (taken,) = provider.taken
    assert (outcome, taken.address) == (Outcome(result=Result.DELIVERED, answer="OK OK", reference=BIZ_ID), PHONE)
    assert json.loads(taken.body["TemplateParam"]) == {
        "measure": "提醒",
        "subject": "疏散通道被货物堵塞（甲一机械有限公司）",
        "count": "1",
    }
    assert taken.body["OutId"] == message().notice_id


@pytest.mark.parametrize(
    ("code", "text", "result", "wait"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", Result.LIMITED, timedelta(minutes=1)),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", Result.LIMITED, timedelta(hours=1)),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", Result.LIMITED, timedelta(days=1)),
        ("Throttling.User", "Request was denied due to user flow control.", Result.LIMITED, timedelta(minutes=1)),
        ("isv.MOBILE_NUMBER_ILLEGAL", "号码不合法", Result.PERMANENT, None),
        ("isv.BLACK_KEY_CONTROL_LIMIT", "模板变量中存在黑名单关键字", Result.PERMANENT, None),
        ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足", Result.TEMPORARY, None),
        ("isv.SMS_SIGNATURE_ILLEGAL", "签名不合法", Result.TEMPORARY, None),
        ("isp.SYSTEM_ERROR", "系统错误", Result.TEMPORARY, None),
        ("isv.SOMETHING_NEW", "没有见过", Result.TEMPORARY, None),
    ],
)
def test_a_code_other_than_ok_is_no_success(code: str, text: str, result: Result, wait: timedelta | None) -> None:
    """HTTP 200 all the while."""
    with running(AliyunServer(says=code, message=text)) as provider:
        outcome = deliver(provider.url)

    assert (outcome.result, outcome.retry_after, outcome.answer) == (result, wait, f"{code} {text}")


@pytest.mark.parametrize(
    ("trouble", "result"),
    [
        ("429", Result.LIMITED),
        ("302", Result.TEMPORARY),
        ("503", Result.TEMPORARY),
        ("504", Result.AMBIGUOUS),
        ("silence", Result.AMBIGUOUS),
        ("reset", Result.AMBIGUOUS),
        ("nonsense", Result.AMBIGUOUS),
    ],
)
def test_trouble_has_its_name(trouble: str, result: Result) -> None:
    """A phone that may have rung does not ring again by itself."""
    with running(AliyunServer(trouble=lambda: trouble)) as provider:
        outcome = deliver(provider.url, timeout=0.5)

    assert (outcome.result, outcome.repeatable) == (result, False)


@pytest.mark.parametrize(
    ("key", "code"), [("key-9", "InvalidAccessKeyId.NotFound"), ("key-1", "SignatureDoesNotMatch")]
)
def test_keys_that_are_wrong_can_be_mended(key: str, code: str) -> None:
    """An operator corrects them, and what waited is sent."""
    account = SmsAccount(key_id=key, key_secret="wrong", sign_name="甲", template="SMS_1")
    with running(AliyunServer()) as provider:
        outcome = deliver(provider.url, account=account)

    assert (outcome.result, outcome.answer.split()[0], provider.taken) == (Result.TEMPORARY, code, [])


@pytest.mark.parametrize(
    "phone", ["", "8610000000000", "１００００００００００", "1000000000", "10000000000,10000000001"]
)
def test_a_number_that_is_none(phone: str) -> None:
    """Nothing is dialled, and no list of numbers gets through."""
    with running(AliyunServer()) as provider:
        outcome = deliver(provider.url, phone=phone)

    assert (outcome.result, provider.heard) == (Result.PERMANENT, 0)
    assert phone not in outcome.answer or not phone


def test_variables_fit_the_template() -> None:
    """Links and second signatures, which the provider refuses, are taken out; what is long is cut."""
    with running(AliyunServer()) as provider:
        outcome = deliver(
            provider.url, message(description="【甲】" + "长" * 50 + "http://x.example/", site_name="${a}{{b}}")
        )

    (taken,) = provider.taken
    subject = json.loads(taken.body["TemplateParam"])["subject"]
    assert outcome.result is Result.DELIVERED
    assert (len(subject), set("【】${}") & set(subject), "http" in subject) == (35, set(), False)


def test_without_an_account_it_waits_for_the_operator() -> None:
    """Nothing is dialled."""
    account = SmsAccount(key_id="", key_secret="", sign_name="", template="")

    assert deliver("http://127.0.0.1:9", account=account) == Outcome(result=Result.TEMPORARY, answer="没有配置短信账号")


def ask(url: str, *, reference: str = BIZ_ID, timeout: float = 5.0) -> Word:
    sms = Sms(account=ACCOUNT, policy=DialPolicy(allowed=(), forbidden=NEVER), url=url, timeout=timeout)

    async def story() -> Word:
        now = datetime.now(UTC)  # noqa: TID251 (a nonce is never used twice)
        try:
            return await sms.receipt(reference, PHONE, taken_at=now, now=now)
        finally:
            await sms.close()

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("became", "word"),
    [
        pytest.param([(3, "DELIVERED")], Word(receipt=Receipt.ARRIVED), id="the phone has it"),
        pytest.param([(1, "")], Word(receipt=Receipt.PENDING), id="nobody knows yet"),
        pytest.param([], Word(receipt=Receipt.PENDING), id="the provider has no line yet"),
        pytest.param([(2, "MK:0000")], Word(receipt=Receipt.LOST, answer="MK:0000"), id="the number does not exist"),
        pytest.param([(3, "DELIVERED"), (1, "")], Word(receipt=Receipt.PENDING), id="one part is on its way"),
        pytest.param(
            [(3, "DELIVERED"), (2, "MBBLACK")], Word(receipt=Receipt.LOST, answer="MBBLACK"), id="one part was lost"
        ),
        pytest.param([(9, "?")], Word(receipt=Receipt.PENDING), id="a status nobody has seen"),
    ],
)
def test_the_provider_says_later_what_became_of_a_message(became: list[tuple[int, str]], word: Word) -> None:
    """By the number that it gave when it took the message; signed like everything."""
    with running(AliyunServer(became=became)) as provider:
        assert deliver(provider.url).reference == BIZ_ID
        said = ask(provider.url)

    assert said == word


@pytest.mark.parametrize("trouble", ["429", "500", "302", "nonsense", "reset", "refused"])
def test_a_receipt_that_cannot_be_had_is_asked_for_again(trouble: str) -> None:
    """Nothing is concluded from silence."""
    with running(AliyunServer(trouble=lambda: trouble)) as provider:
        said = ask(provider.url)

    assert said.receipt is Receipt.PENDING
