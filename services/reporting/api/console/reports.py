"""Show every official form with the addresses that print it: for one unit, one period, as of one moment.

What is long is ordered and printed behind the scenes; the orders stand beside the forms with how far they are.
"""

from datetime import date as datetime_date
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from runtime.access import Who
from runtime.pages import Frame, Trouble
from runtime.web import Problem
from services.reporting.api.console.asked import Tenant, Word
from services.reporting.api.exports import Orders
from services.reporting.api.narrowing import TEXT
from services.reporting.api.reading import Reader
from services.reporting.core.days import SHANGHAI
from services.reporting.core.forms.kinds import KINDS
from services.reporting.core.forms.spans import Span
from services.reporting.handlers.reports import FORMATS, Reports, Wish
from services.reporting.store.exports import DONE, FAILED, RUNNING, WAITING

SPANS: Final[dict[Span, str]] = {
    "day": "当日与累计",
    "campaign": "行动开始至截止日",
    "half_year": "半年",
    "year": "本年",
    "quarter": "本季度",
    "month": "本月",
    "now": "截止日当时",
}
"""What each form covers when only its last day is given."""
FORMAT_NAMES: Final = {"xlsx": "Excel", "html": "打印", "csv": "CSV", "json": "JSON"}
EXPORT_STATES: Final = {WAITING: "排队", RUNNING: "正在导出", DONE: "完成", FAILED: "失败"}
MINUTE: Final = r"^(20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?$"

_Day = Annotated[str, Query(pattern=r"^(20[0-9]{2}-[0-9]{2}-[0-9]{2})?$")]
_Minute = Annotated[str, Query(pattern=MINUTE)]


def add(router: APIRouter, forms: Reports, orders: Orders, reader: Reader, frame: Frame) -> None:
    """The list of forms for what is chosen above it, and the orders of long ones."""
    frame.environment.globals |= {
        "SPANS": SPANS,
        "FORMAT_NAMES": FORMAT_NAMES,
        "FORMATS": list(FORMATS),
        "EXPORT_STATES": EXPORT_STATES,
        "title_of": lambda export: KINDS[str(export.wish["kind"])].title,
    }
    _add_orders(router, orders)

    @router.get("/reports")
    def reports(
        request: Request,
        who: Who,
        tenant: Tenant = "",
        date: _Day = "",
        since: _Day = "",
        as_of: _Minute = "",
        team: Word = "",
        stage: Word = "",
    ) -> HTMLResponse:
        """What is asked here stands in the addresses of all forms; each is filled when it is opened."""
        mine = reader.of(who)
        choices = mine.choices()
        unit = tenant or who.home or (choices.areas[0][0] if choices.areas else "")
        wrong = _wrong(date, since, as_of)
        asked = {"tenant": unit, "date": date, "since": since, "as_of": as_of, "team": team, "stage": stage}
        wanted = {name: value for name, value in asked.items() if value}
        if as_of and not wrong:
            wanted["as_of"] = _moment(as_of).isoformat()
        return frame.page(
            request,
            "reports.html",
            as_of=mine.as_of(unit),
            kinds=forms.kinds(),
            charter=forms.charter(unit),
            choices=choices,
            asked=asked,
            wanted=wanted,
            wrong=wrong,
            exports=orders.of(who),
        )


def _add_orders(router: APIRouter, orders: Orders) -> None:
    @router.post("/reports")
    def order(
        *,
        who: Who,
        kind: Annotated[str, Form(pattern=r"^[a-z][a-z-]{0,39}$")],
        tenant: Annotated[str, Form(pattern=r"^[0-9]{6,12}$")],
        date: Annotated[datetime_date | None, Form()] = None,
        since: Annotated[datetime_date | None, Form()] = None,
        as_of: Annotated[str, Form(pattern=MINUTE)] = "",
        team: Annotated[str, Form(max_length=64, pattern=TEXT)] = "",
        stage: Annotated[str, Form(max_length=64, pattern=TEXT)] = "",
    ) -> RedirectResponse:
        """Order a form as a workbook; the page then shows how far it is."""
        moment = _moment(as_of) if as_of and not _wrong(as_of) else None
        wish = Wish(kind=kind, tenant=tenant, day=date, since=since, as_of=moment, team=team, stage=stage)
        try:
            orders.take(who, wish, "xlsx")
        except Problem as error:
            raise Trouble(error.status_code, f"{error.detail}。") from None
        asked = {"tenant": tenant, "date": date, "since": since, "as_of": as_of, "team": team, "stage": stage}
        query = urlencode({name: value for name, value in asked.items() if value})
        return RedirectResponse(f"/reports?{query}#exports", HTTPStatus.SEE_OTHER)


def _moment(minute: str) -> datetime:
    return datetime.fromisoformat(minute).replace(tzinfo=SHANGHAI)


def _wrong(*texts: str) -> str:
    """The text among these that is no day or minute of the calendar, such as 30 February; empty without one."""
    for text in filter(None, texts):
        try:
            datetime.fromisoformat(text) if "T" in text else datetime_date.fromisoformat(text)
        except ValueError:
            return text
    return ""
