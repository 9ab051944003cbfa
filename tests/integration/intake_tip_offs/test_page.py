"""The public page takes what can be taken, says why not, and leaves no trace of who sent it."""

import base64
import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image
from starlette.testclient import TestClient

from runtime.database import Database
from runtime.testing import ManualClock
from tests.integration.intake_doors.scene import outbox_of
from tests.integration.intake_tip_offs.scene import (
    TOLD,
    Told,
    api,
    only_id,
    photograph,
)


def test_photographs_lose_what_they_know(client: TestClient, told: Told, handler: dict[str, str]) -> None:
    """The picture stays; camera, owner, place, comment and what hangs behind its end are gone."""
    told(files=[("photographs", ("x.png", photograph(), "image/png"))])
    identity = only_id(client, handler)
    page = client.post(f"/tip-offs/{identity}/open", data={"what": "story", "reason": "核查照片"}, headers=handler).text
    (packed,) = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    body = base64.b64decode(packed)
    with Image.open(io.BytesIO(body)) as image:
        assert ((64, 48), "JPEG", {}) == (image.size, image.format, dict(image.getexif()))

    assert not re.search(rb"(?i)canary|zhao|Exif", body)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"story": "短"}, "请写清楚情况", id="too short"),
        pytest.param({"story": "很长" * 1_001}, "请写清楚情况", id="too long"),
        pytest.param({"story": "油罐旁动火\x00请来看看"}, "请写清楚情况", id="NUL"),
        pytest.param({"tenant": "110101"}, "请选择隐患所在的地区", id="a place that is not ours"),
        pytest.param({"tenant": ""}, "请选择隐患所在的地区", id="no place"),
        pytest.param({"category": "nothing"}, "请从列表中选择举报类别", id="no category of ours"),
        pytest.param({"name": "名" * 101}, "姓名最多 100 字", id="a name that is none"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    client: TestClient, own: Database, changes: dict[str, str], sentence: str
) -> None:
    """In words, field by field; nothing is written."""
    answer = client.post("/tip-off", data={**TOLD, **changes})
    with own.begin(["*"]) as work:
        assert [] == outbox_of(work)

    assert 400 == answer.status_code
    assert sentence in answer.text
    assert "某某化工厂" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"GIF89a not one of ours", id="another format"),
        pytest.param(b"\xff\xd8\xff\xe0 broken", id="broken"),
        pytest.param(b"<svg onload='alert(1)'/>", id="no picture at all"),
        pytest.param(b"\xff" * ((4 << 20) + 1), id="too large"),
    ],
)
def test_a_file_that_is_no_photograph_is_refused_by_its_content(client: TestClient, body: bytes) -> None:
    """Whatever its name and its type say."""
    answer = client.post("/tip-off", data=TOLD, files=[("photographs", ("x.jpg", body, "image/jpeg"))])

    assert 400 == answer.status_code
    assert 'class="notice bad"' in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(json.dumps({**TOLD}).encode(), 201, id="taken"),
        pytest.param(json.dumps({**TOLD, "ip": "x"}).encode(), 400, id="a field of no use"),
        pytest.param(json.dumps({**TOLD, "category": 7}).encode(), 400, id="a number for a word"),
        pytest.param(b'{"tenant": "331081", "tenant": "330302"}', 400, id="a key twice"),
        pytest.param(b'{"tenant": NaN}', 400, id="NaN"),
        pytest.param(json.dumps({**TOLD, "story": "\ud800 half a character"}).encode(), 400, id="half a pair"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b"\xff\xfe", 400, id="no UTF-8"),
        pytest.param(b"[]", 400, id="no object"),
        pytest.param(b" " * ((1 << 20) + 1), 413, id="too large"),
    ],
)
def test_the_api_takes_what_the_page_takes_and_nothing_else(client: TestClient, body: bytes, status: int) -> None:
    """Strict, by the guard of every door; what was sent never comes back."""
    answer = client.post("/v1/tip-offs", content=body, headers={"content-type": "application/json"})

    assert status == answer.status_code
    assert "赵无名" not in answer.text
    assert (status == 201) == ("receipt" in answer.json())


def test_a_page_of_another_site_sends_nothing(client: TestClient, own: Database) -> None:
    """A form elsewhere that posts here is refused, though nobody signs in here."""
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert 403 == client.post("/tip-off", data=TOLD, headers=headers).status_code
        assert 403 == client.post("/v1/tip-offs", json=TOLD, headers=headers).status_code
    with own.begin(["*"]) as work:
        assert [] == outbox_of(work)


def test_one_sender_is_slowed_down_and_another_is_not(own: Database, clock: ManualClock) -> None:
    """Six at once from one address, at whichever process; the day after, nobody remembers."""
    with TestClient(api(own, clock)) as first, TestClient(api(own, clock)) as second:
        answers = [
            one.post("/tip-off", data=TOLD).status_code for one in (first, second, first, first, second, first, second)
        ]
        slow = first.post("/v1/tip-offs", json=TOLD)
        other = first.post("/tip-off", data=TOLD, headers={"x-sender": "192.0.2.7"}).status_code
        clock.advance(timedelta(days=1).total_seconds())
        after = first.post("/tip-off", data=TOLD).status_code

    assert [201] * 6 + [429] == answers
    assert (429, True) == (slow.status_code, int(slow.headers["retry-after"]) > 0)
    assert [201, 201] == [other, after]


def test_the_page_leaves_no_trace_and_loads_nothing(client: TestClient) -> None:
    """No cookie, no script, nothing kept by the browser, nothing from elsewhere."""
    for answer in (client.get("/tip-off"), client.post("/tip-off", data=TOLD), client.get("/tip-off/status")):
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert "no-store" == answer.headers["cache-control"]
        assert "no-referrer" == answer.headers["referrer-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r'(?:src|href|action)="https?://', answer.text)


def test_without_a_master_key_nothing_is_taken(own: Database, clock: ManualClock) -> None:
    """Rather nothing than something that lies open; the page says so."""
    with TestClient(api(own, clock, masters="")) as shut:
        page = shut.get("/tip-off")
        answers = [shut.post("/tip-off", data=TOLD).status_code, shut.post("/v1/tip-offs", json=TOLD).status_code]

    assert "网上举报还没有开通" in page.text
    assert [503, 503] == answers
