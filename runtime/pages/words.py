"""Say moments and numbers the same way on every page."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")
NONE: Final = "—"
"""What a page shows where there is nothing: never a zero."""


def moment_text(moment: datetime | None) -> str:
    """`2023-05-20 17:00`."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if moment else NONE


def second_text(moment: datetime | None) -> str:
    """`2023-05-20 17:00:05`, for the moment up to which numbers count."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S") if moment else NONE


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def share(part: float, whole: float) -> str:
    """A percentage without false precision; nothing of nothing is said to be nothing."""
    return f"{100 * part / whole:.1f}%" if whole else NONE


def link(path: str, /, **asked: str) -> str:
    """An address with the parameters that are not empty."""
    filled = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(filled)}" if filled else path
