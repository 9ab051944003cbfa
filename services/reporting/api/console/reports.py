"""Show every official form with the addresses that print it: for one unit, one period, as of one moment."""

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from runtime.access import Who
from runtime.pages import Frame
from services.reporting.api.console.asked import Tenant, Word
from services.reporting.api.reading import Reader
from services.reporting.core.days import SHANGHAI
from services.reporting.core.forms.spans import Span
from services.reporting.handlers.reports import FORMATS, Reports

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

_Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
_Minute = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?$")]


def add(router: APIRouter, forms: Reports, reader: Reader, frame: Frame) -> None:
    """The list of forms for what is chosen above it."""
    frame.environment.globals |= {"SPANS": SPANS, "FORMAT_NAMES": FORMAT_NAMES, "FORMATS": list(FORMATS)}

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
            wanted["as_of"] = datetime.fromisoformat(as_of).replace(tzinfo=SHANGHAI).isoformat()
        return frame.page(
            request,
            "reports.html",
            as_of=None,
            kinds=forms.kinds(),
            charter=forms.charter(unit),
            choices=choices,
            asked=asked,
            wanted=wanted,
            wrong=wrong,
        )


def _wrong(*texts: str) -> str:
    """The text among these that is no day or minute of the calendar, such as 30 February; empty without one."""
    for text in filter(None, texts):
        try:
            datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        except ValueError:
            return text
    return ""
