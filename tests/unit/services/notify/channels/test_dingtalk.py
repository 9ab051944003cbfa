"""What is sent to a DingTalk robot, byte for byte."""

from yarl import URL

from services.notify.channels.dingtalk import DINGTALK, ROOM, signature
from services.notify.channels.robots import Robot
from services.notify.core.messages import compose
from tests.unit.services.notify.given import NOW, PLACES, decision, planned

SIGN = "EmQehnloCEYn+DrZMTCek1vMhjDtqcsiSucZiAzA9rA="  # printf '1684627220000\nSEC-1' | openssl dgst -sha256 -hmac SEC-1 -binary | base64


def test_the_signature_is_encoded_once() -> None:
    """Base64 ends in `=`, which a second encoding would turn into `%253D`, and no robot would take it."""
    (notice,) = planned(decision())
    message = compose(notice, decision(), places=PLACES, now=NOW)

    url, body = DINGTALK.request(URL("https://oapi.dingtalk.com"), Robot(token="t-1", secret="SEC-1"), message)

    assert url.query["sign"] == signature("SEC-1", "1684627220000") == SIGN
    assert url.query["timestamp"] == "1684627220000"
    assert "%253D" not in str(url)
    assert body["at"] == {"isAtAll": False}
    assert len(body["markdown"]["text"].encode()) <= ROOM


def test_the_text_that_a_group_reads() -> None:
    """Golden: a heading, one line for each fact, the note at the end."""
    (notice,) = planned(decision())
    message = compose(notice, decision(), places=PLACES, now=NOW)

    _, body = DINGTALK.request(URL("https://oapi.dingtalk.com"), Robot(token="t-1", secret="SEC-1"), message)

    lines = body["markdown"]["text"].split("\n\n")
    assert lines[:4] == [
        "### 【提醒】逾期未整改：疏散通道被货物堵塞（甲一机械有限公司）",
        "**事由**：隐患 H-1 整改期限为2023年5月20日，至今未整改。",
        "**隐患**：疏散通道被货物堵塞",
        "**编号**：H-1",
    ]
