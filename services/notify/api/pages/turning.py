"""Turn the pages of a list: where one begins, from the cursor in its address."""

from datetime import datetime
from http import HTTPStatus

from runtime.pages import Trouble
from runtime.web import Problem
from services.notify.api.notices import read_cursor


def place_of(cursor: str) -> tuple[datetime | None, str]:
    """(moment, id) before which the page begins; the first page where there is no cursor; `Trouble` where it is none of ours."""
    if not cursor:
        return None, ""
    try:
        return read_cursor(cursor)
    except Problem as error:
        raise Trouble(HTTPStatus.BAD_REQUEST, "翻页位置无效，请从第一页开始。") from error
