"""Make any text safe to show: no control character, no trick of writing direction, no telephone number."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from runtime.log import redact
from services.reporting.core.days import SHANGHAI
from services.reporting.core.forms.form import Figure, Value

MOST_REFERENCES: Final = 2_000
"""References of one figure that a workbook or a page lists; a document for programs lists all."""

LONGEST: Final = 32_767
"""Characters of one cell of a workbook; a rare one (U+10000 and up) counts as two."""

_BREAKS: Final = re.compile(r"\r\n?")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DIRECTIONS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that make a reader see characters in another order than they stand in."""
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_ODD: Final = re.compile("|".join(each.pattern for each in (_BREAKS, _CONTROLS, _DIRECTIONS, _SURROGATES)))


@lru_cache(maxsize=8_192)  # a long list says the same names and words over and over
def plain(text: str) -> str:
    """The text as it may be shown: what cannot be printed or would deceive the eye is taken out."""
    if _ODD.search(text):
        text = _SURROGATES.sub("\ufffd", _BREAKS.sub("\n", text))
        text = _DIRECTIONS.sub("", _CONTROLS.sub(" ", text))
    text = redact(text)
    if len(text) > LONGEST // 2:
        return text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    return text


def shown(value: Value, *, percent: bool = False) -> str:
    """A value as a reader sees it; nothing where there is nothing."""
    if isinstance(value, str):  # first, for most cells of a long list are texts
        return plain(value)
    match value:
        case None:
            return ""
        case Figure():
            return "—" if value.value is None else number(value.value, percent=percent)
        case bool():
            return "是" if value else "否"
        case int() | float():
            return number(value, percent=percent)
        case datetime():
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def references(figure: Figure) -> tuple[str, ...]:
    """What the figure counts, as a reader may see it; more than anybody reads through are told by their number."""
    if len(figure.of) <= MOST_REFERENCES:
        return tuple(map(plain, figure.of))
    return (f"共{len(figure.of)}项，不逐条列出；逐条见同一时点、同一期间的隐患台账。",)


def number(value: float, *, percent: bool = False) -> str:
    """`12`, `5.4`, `83.3%`."""
    if percent:
        return f"{100 * value:.1f}%"
    return str(int(value)) if float(value).is_integer() else f"{value:.4f}".rstrip("0")
