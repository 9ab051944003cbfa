"""Say which days a form covers when only its last day is given."""

from datetime import date
from typing import Final, Literal

from services.reporting.core.charter import Charter, Window

Span = Literal["day", "campaign", "half_year", "year", "quarter", "month", "now"]
_HALF: Final = 6
_QUARTER: Final = 3


def first_day(span: Span, day: date, charter: Charter | None, stage: str = "") -> date:
    """The first day of the span that ends with `day`; a campaign that does not hold the day gives the year's."""
    match span:
        case "day" | "now":
            return day
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, day.month - (day.month - 1) % _QUARTER, 1)
        case "half_year":
            return date(day.year, 1 if day.month <= _HALF else _HALF + 1, 1)
        case "campaign":
            return min(_begins(charter, stage) or date(day.year, 1, 1), day)
    return date(day.year, 1, 1)


def _begins(charter: Charter | None, stage: str) -> date | None:
    if charter is None:
        return None
    windows: list[Window] = [window for window in charter.stages if window.id == stage]
    if not windows and charter.campaign is not None:
        windows = [charter.campaign]
    return windows[0].begins if windows else None
