"""Send text messages through Aliyun (SendSms, RPC signature) and ask what became of them; only its Code is believed."""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from yarl import URL

from services.notify.channels.dialling import DialPolicy
from services.notify.channels.posting import NoReply, Poster, Reply, by_status, words
from services.notify.channels.robots import reach
from services.notify.core.messages import Message, plain
from services.notify.core.receipts import Receipt, Word
from services.notify.core.retry import Outcome, Result
from services.notify.core.suppression import SHANGHAI

PROVIDER: Final = "https://dysmsapi.aliyuncs.com"
REFERENCE: Final = 64  # characters of the provider's number that are kept
VARIABLE: Final = 35  # characters: what the provider takes for one variable of a template

_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_PHONE: Final = re.compile(r"1[0-9]{10}")
_UNWANTED: Final = re.compile(r"https?://\S*|[【】{}$]")  # the provider refuses links and a second signature
_LIMITS: Final = {"天": timedelta(days=1), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}
_RECEIPTS: Final = {"1": Receipt.PENDING, "2": Receipt.LOST, "3": Receipt.ARRIVED}  # SendStatus
_LIMITED: Final = ("isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "Throttling")
# The number or the text will never be taken; whatever else is refused (money, signature, keys) an operator can mend.
_NEVER: Final = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.INVALID_PARAMETERS",
        "isv.INVALID_JSON_PARAM",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "MissingTemplateParam",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAccount:
    """What the provider registered. The template's variables are `measure`, `subject` and `count`."""

    key_id: str
    key_secret: str
    sign_name: str
    template: str


class Sms:
    """One account. A phone shows a repeated message twice."""

    repeatable = False
    most = 200  # a digest says how many there are, and names the worst
    a_minute = 1  # for one number and template, as published; 5 an hour and 10 a day are the provider's answer

    def __init__(
        self,
        *,
        account: SmsAccount,
        policy: DialPolicy,
        url: str = "",
        timeout: float = 20.0,
        connections: int = 8,
    ) -> None:
        self._account = account
        self._url = URL(url or PROVIDER) / ""
        self._poster = Poster(policy=reach(self._url, policy), timeout=timeout, connections=connections)

    @property
    def patience(self) -> float:
        """Seconds after which an attempt has surely ended."""
        return self._poster.patience

    def provider(self, _address: str) -> str:
        """One provider stands behind every address."""
        return ""

    async def deliver(self, message: Message, address: str) -> Outcome:
        """Send one message to one number of the mainland."""
        if _PHONE.fullmatch(address) is None:
            return Outcome(result=Result.PERMANENT, answer="不是手机号码")
        if not self._account.key_id:
            return Outcome(result=Result.TEMPORARY, answer="没有配置短信账号")
        told = _told(self._account, message, address)
        try:
            reply = await self._poster.post(self._url, _form(told), _FORM)
        except NoReply as none:
            return none.outcome
        return _meaning(reply, message.sent_at)

    async def receipt(self, reference: str, address: str, *, taken_at: datetime, now: datetime) -> Word:
        """What became of a message that was taken; pending where nobody knows, or the provider does not answer."""
        told = _asked(self._account, reference, address, taken_at, now)
        try:
            reply = await self._poster.post(self._url, _form(told), _FORM)
        except NoReply as none:
            return Word(receipt=Receipt.PENDING, answer=none.outcome.answer)
        return _became(reply)

    async def close(self) -> None:
        """Close the connections that are kept open."""
        await self._poster.close()


def signature(method: str, told: Mapping[str, str], secret: str) -> str:
    """The provider's RPC signature: HMAC-SHA1 over the method and the sorted, encoded parameters, in base64."""
    query = "&".join(f"{_encoded(name)}={_encoded(told[name])}" for name in sorted(told))
    text = f"{method}&%2F&{_encoded(query)}"
    return b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


def _form(told: Mapping[str, str]) -> bytes:
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in told.items()).encode("ascii")


def _told(account: SmsAccount, message: Message, phone: str) -> dict[str, str]:
    """Every parameter of one request, signed. The nonce follows from the attempt's message, never from chance."""
    asked = {
        "Action": "SendSms",
        "OutId": message.notice_id,
        "PhoneNumbers": phone,
        "SignName": account.sign_name,
        "TemplateCode": account.template,
        "TemplateParam": json.dumps(_variables(message), ensure_ascii=False),
    }
    return _signed(account, asked, nonce=f"{message.notice_id}-{message.sent_at.timestamp():.6f}", at=message.sent_at)


def _asked(account: SmsAccount, reference: str, phone: str, taken_at: datetime, now: datetime) -> dict[str, str]:
    """Every parameter of the question what became of one message; its day is the provider's, that is Shanghai's."""
    asked = {
        "Action": "QuerySendDetails",
        "BizId": reference,
        "CurrentPage": "1",
        "PageSize": "10",
        "PhoneNumber": phone,
        "SendDate": f"{taken_at.astimezone(SHANGHAI):%Y%m%d}",
    }
    return _signed(account, asked, nonce=f"{reference}-{now.timestamp():.6f}", at=now)


def _signed(account: SmsAccount, asked: Mapping[str, str], *, nonce: str, at: datetime) -> dict[str, str]:
    """What is asked, with what every request has, and the signature."""
    told = {
        **asked,
        "AccessKeyId": account.key_id,
        "Format": "JSON",
        "RegionId": "cn-hangzhou",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "Timestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Version": "2017-05-25",
    }
    return told | {"Signature": signature("POST", told, account.key_secret)}


def _variables(message: Message) -> dict[str, str]:
    variables = {"measure": message.heading, "subject": message.subject, "count": str(message.count)}
    return {name: plain(_UNWANTED.sub(" ", text), VARIABLE) for name, text in variables.items()}


def _meaning(reply: Reply, now: datetime) -> Outcome:
    said = reply.document
    if said is None or not isinstance(said.get("Code"), str):
        return by_status(reply, now)
    code, text = said["Code"], str(said.get("Message", ""))
    answer = words(code, text)
    if code == "OK":
        return Outcome(result=Result.DELIVERED, answer=answer, reference=str(said.get("BizId", ""))[:REFERENCE])
    if code.startswith(_LIMITED):
        wait = next((span for word, span in _LIMITS.items() if word in text), timedelta(minutes=1))
        return Outcome(result=Result.LIMITED, answer=answer, retry_after=wait)
    return Outcome(result=Result.PERMANENT if code in _NEVER else Result.TEMPORARY, answer=answer)


def _became(reply: Reply) -> Word:
    """Every part of a long message has a line of its own: lost where one is, arrived where all are."""
    said = reply.document
    if said is None or said.get("Code") != "OK":
        code = said.get("Code") if said else f"HTTP {reply.status}"
        return Word(receipt=Receipt.PENDING, answer=words(code, said.get("Message", "") if said else ""))
    details = said.get("SmsSendDetailDTOs")
    lines = details.get("SmsSendDetailDTO") if isinstance(details, dict) else None
    parts = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    found = [_RECEIPTS.get(str(part.get("SendStatus")), Receipt.PENDING) for part in parts]
    if Receipt.LOST in found:
        return Word(receipt=Receipt.LOST, answer=words(parts[found.index(Receipt.LOST)].get("ErrCode", ""), ""))
    arrived = bool(found) and all(each is Receipt.ARRIVED for each in found)
    return Word(receipt=Receipt.ARRIVED if arrived else Receipt.PENDING)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
