"""Whatever people write, and whenever they ask: a form is filled, shows it as text, and says plainly what cannot be had."""

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any, Final

import openpyxl
import pytest
from starlette.testclient import TestClient

from contracts.divisions import load
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from runtime.text_csv import FORMULA
from services.reporting.core.forms.kinds import KINDS
from services.reporting.handlers.reports import BadAskError, NoSuchFormError, Reports, Wish
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.conftest import SignedIn
from tests.integration.reporting_forms.conftest import Feed
from tests.unit.services.reporting.facts import at
from tests.unit.services.reporting.visits import said_at, then, visit

TEXTS: Final = {
    "formula =": '=HYPERLINK("http://example.invalid","开")',
    "formula +": "+cmd|' /C calc'!A0",
    "formula -": "-2+3+cmd",
    "formula @": "@SUM(1+1)",
    "tab": "\t=1+1",
    "carriage return": "\r=1+1",
    "500 characters": "示" * 500,
    "beyond the first plane": "𠮷𡈽𫝆有限公司",
    "emoji": "通道👨‍👩‍👧‍👦堵塞🔥",
    "right to left": "合格\u202e格合不\u202c\u200f",
    "markup": "<script>alert(1)</script>&amp;{{7*7}}",
}
FILLED: Final = (
    "description", "category", "sector", "criterion", "responsible_unit", "responsible_person", "supervising_unit",
)  # fmt: skip
"""What people fill of a report in words."""

UNTIL: Final = at("2020-04-11 12:00")
DAY: Final = date(2020, 4, 2)
DECEIVING: Final = "\u202e\u202c\u200f"


def printed(desk: Reports, form: str, **asked: Any) -> bytes:
    """The form as bytes."""
    out = io.BytesIO()
    desk.write(Wish(**{"tenant": "330400", "day": DAY, **asked}), form, out)
    return out.getvalue()


@pytest.fixture
def hostile(feed: Feed) -> None:
    """One hazard for each text, which stands in every field that people fill; some go through all their steps."""
    facts = [visit("2020-04-02 09:00", inspection="I-1")]
    for number, text in enumerate(TEXTS.values()):
        name = f"H-{number}"
        site = {"id": f"S-{number}", "name": text, "address": text, "kind": "unit", "sector": "消防"}
        facts += [
            said_at(
                "hazard.reported",
                "2020-04-02 09:20",
                f"r-{name}",
                {
                    "hazard_id": name,
                    "level": "major" if number % 2 else "general",
                    "found_by": "undercover",
                    "inspection_id": "I-1",
                    "rectify_by": "2020-04-10",
                    "site": site,
                    **dict.fromkeys(FILLED, text),
                },
            ),
            then("handed_over", "2020-04-02 16:00", name, to_unit=text),
            then("plan_filed", "2020-04-02 17:00", name, target_date="2020-06-30", measures=text, responsible=text),
        ]
        if number % 3 == 0:
            facts.append(then("rectified", "2020-04-03 09:00", name, by=text))
            facts.append(then("closed", "2020-04-04 09:00", name, document_no=text))
    for fact in facts:
        feed([fact], UNTIL)


def test_texts_of_people_are_texts_in_every_form_and_format(hostile: None, desk: Reports) -> None:
    """No formula, no markup, no mark that turns the reading direction."""
    assert [fault for kind in KINDS for fault in faults(desk, kind)] == []


def faults(desk: Reports, kind: str) -> list[str]:
    """What in one form, in any format, is more than a text."""
    book = openpyxl.load_workbook(io.BytesIO(printed(desk, "xlsx", kind=kind)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    page = printed(desk, "html", kind=kind).decode()
    rows = list(csv.reader(io.StringIO(printed(desk, "csv", kind=kind).decode("utf-8-sig"))))
    document = printed(desk, "json", kind=kind).decode()

    json.loads(document)
    texts = ("".join(str(cell.value) for cell in cells), page, document, "".join(map("".join, rows)))
    wrong = {
        "a formula in the workbook": "f" in {cell.data_type for cell in cells},
        "a formula in the CSV": any(cell.startswith(FORMULA) for row in rows for cell in row),
        "markup": "<script>alert" in page,
        "a mark that turns the reading direction": any(set(text) & set(DECEIVING) for text in texts),
    }
    return [f"{kind}: {what}" for what, is_so in wrong.items() if is_so]


def test_rare_characters_and_long_names_arrive_whole(hostile: None, desk: Reports) -> None:
    """In the ledger each text stands as it was written, but for what would deceive the eye."""
    ledger = json.loads(printed(desk, "json", kind="ledger"))["sheets"][0]["rows"]
    content = {str(row[1]): "".join(map(str, row)) for row in ledger}

    for number, (name, text) in enumerate(TEXTS.items()):
        shown = "".join(letter for letter in text if letter not in DECEIVING + "\r")
        assert shown.strip() in content[f"H-{number}"], name


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        pytest.param({"day": date(1999, 1, 1)}, "", id="long before the first event: a zero report"),
        pytest.param({"day": date(2020, 4, 3), "since": date(2020, 4, 3)}, "", id="a period with nothing"),
        pytest.param({"as_of": at("1999-01-01 00:00")}, "", id="as of a moment before anything was known"),
        pytest.param({"as_of": at("2031-01-01 00:00")}, "尚未到来", id="as of a moment to come"),
        pytest.param({"baseline": at("2031-01-01 00:00")}, "尚未到来", id="compared with a moment to come"),
        pytest.param({"day": date.max}, "不是合理的日期", id="the last day that there is"),
        pytest.param({"since": date.min}, "不是合理的日期", id="from the first day that there is"),
        pytest.param({"as_of": datetime.min.replace(tzinfo=UTC)}, "不是合理的日期", id="as of the first moment"),
        pytest.param({"since": date(2020, 4, 5)}, "晚于", id="a period that ends before it begins"),
        pytest.param({"tenant": "999999"}, "没有辖区", id="of a tenant that does not exist"),
    ],
)
def test_odd_moments_and_periods(hostile: None, desk: Reports, asked: dict[str, Any], refusal: str) -> None:
    """Of every form: one of nothing is a zero report; what cannot be had is refused in a sentence."""
    for kind in KINDS:
        if refusal:
            with pytest.raises((BadAskError, NoSuchFormError), match=refusal):
                printed(desk, "xlsx", kind=kind, **asked)
            continue
        assert json.loads(printed(desk, "json", kind=kind, **asked))["sheets"], kind
        assert openpyxl.load_workbook(io.BytesIO(printed(desk, "xlsx", kind=kind, **asked))).sheetnames, kind


def test_the_api_says_the_same_in_statuses(
    hostile: None, database: Database, database_url: str, signed_in: SignedIn
) -> None:
    """404 for another tenant as for none, 400 with a sentence for a day to come; each form, as a county's clerk."""
    settings = ReportingSettings.model_validate({"database_url": database_url})
    with TestClient(api_app(settings, database, load(), ManualClock(at("2020-07-01 12:00")))) as client:
        client.headers.update(signed_in(Role.COUNTY, "330402"))
        for kind, form in KINDS.items():
            other = client.get(f"/v1/reports/{kind}", params={"tenant": "330411"})
            nowhere = client.get(f"/v1/reports/{kind}", params={"tenant": "999999"})
            future = client.get(f"/v1/reports/{kind}", params={"tenant": "330402", "date": "2031-01-01"})

            assert (404, 404) == (other.status_code, nowhere.status_code), kind
            assert other.json()["detail"].replace("330411", "") == nowhere.json()["detail"].replace("999999", "")
            expected = 404 if kind == "league" else 400 if form.span == "day" else 200
            assert expected == future.status_code, kind
