"""The roster on its page: a workbook goes in whole or not at all, and a handover reaches the next attempt."""

import io
from collections.abc import Iterator

import openpyxl
import pytest
import xlsxwriter
from starlette.testclient import TestClient

from contracts.roles import Role
from services.notify.core.roster_table import COLUMNS
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import api
from tests.integration.notify_notices.office import LATER, Office, back

ROW = ["安委办", "331081003", "", "乙", "2023-01-01", "", "b@example.cn", "", "", "", "", ""]


def book(*rows: list[str], heads: tuple[str, ...] = COLUMNS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([list(heads), *rows]):
            sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.fixture
def http(office: Office, signed_in: SignedIn) -> Iterator[TestClient]:
    """The pages for the office of 温岭."""
    with TestClient(api(office), raise_server_exceptions=False, follow_redirects=True) as client:
        client.headers.update(signed_in(Role.COUNTY, "331081"))
        yield client


def send(http: TestClient, body: bytes) -> tuple[int, str]:
    answer = http.post("/roster", files={"file": ("roster.xlsx", body)})
    return answer.status_code, answer.text


def test_a_workbook_is_taken_over(office: Office, http: TestClient) -> None:
    """And shown without addresses; sent again it changes nothing."""
    first, again = send(http, book(ROW)), send(http, book(ROW))

    assert ("1 行有变化" in first[1], "0 行有变化" in again[1]) == (True, True)
    page = http.get("/roster", params={"unit": "331081003"}).text
    assert "城西街道" in page
    assert "b***@example.cn" in page
    assert "b@example.cn" not in page
    assert office.sql("SELECT holder FROM roster JOIN pii.seat_holder ON seat_id = id WHERE unit = '331081003'") == [
        ("乙",)
    ]


def test_one_bad_row_and_nothing_is_taken(office: Office, http: TestClient) -> None:
    """The page names the row and the mend."""
    status, text = send(http, book(ROW, ["厂长", *ROW[1:]]))

    assert (status, "第 3 行：角色“厂长”不在路由文件中" in text) == (400, True)
    assert office.sql("SELECT count(*) FROM roster WHERE unit = '331081003'") == [(0,)]


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"not a workbook", "不是 .xlsx 工作簿"), (book(heads=("角色",)), "第 1 行缺少列"), (b"", "不是 .xlsx 工作簿")],
)
def test_what_is_no_roster(http: TestClient, body: bytes, says: str) -> None:
    """It is said in Chinese."""
    status, text = send(http, body)

    assert (status, says in text) == (400, True)


def test_nobody_seats_another_county(office: Office, http: TestClient) -> None:
    """Neither by a workbook nor by the form."""
    outside = ["安委办", "330302", *ROW[2:]]
    form = {"role": "office", "unit": "330302", "holder": "丙", "since": "2023-01-01T00:00", "email": "c@example.cn"}

    by_form = http.post("/roster/seat", data=form)
    answers = [send(http, book(ROW, outside)), (by_form.status_code, by_form.text)]

    assert [(status, "辖区外：330302" in text) for status, text in answers] == [(400, True), (400, True)]
    assert office.sql("SELECT count(*) FROM roster WHERE unit IN ('330302', '331081003')") == [(0,)]


def test_what_is_downloaded_can_be_sent_back(http: TestClient) -> None:
    """All cells are texts, so no formula comes out of a name."""
    send(http, book(["安委办", "331081003", "", "=1+1", *ROW[4:]]))

    body = http.get("/roster/roster.xlsx").content

    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert "0 行有变化" in send(http, body)[1]


def test_a_handover_between_two_attempts(office: Office, http: TestClient) -> None:
    """The retry goes to the present holder, and the trail shows both."""
    office.told(LATER)
    form = {
        "role": "office",
        "unit": "331081001",
        "holder": "接班人",
        "since": "2023-05-21T08:00",
        "email": "new@example.cn",
    }
    done = http.post("/roster/seat", data=form).text
    office.clock.advance(3600)

    (departure,) = office.email.take(1)
    office.email.keep([back(departure)])

    assert "1 行有变化" in done
    assert departure.address == "new@example.cn"
    trail = http.get(f"/notices/{departure.notice_id}").text
    assert ("o***" in trail, "接**" in trail) == (True, True)
    assert trail.count("太平街道 · 安委办") == 3  # whom it is for, and whose seat each attempt went to


@pytest.mark.parametrize("path", ["/notices", "/letters", "/roster", "/silences"])
def test_a_page_says_up_to_when_it_holds(http: TestClient, path: str) -> None:
    """A page that somebody left open yesterday is not taken for today's."""
    assert '<p class="asof" role="status">数据截至 <time datetime="2023-05-' in http.get(path).text
