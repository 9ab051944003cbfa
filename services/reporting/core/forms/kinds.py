"""The table of forms: every kind once, with its title, its span and the function that fills it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from services.reporting.core.forms import daily
from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.form import Form
from services.reporting.core.forms.spans import Span


class Kind(NamedTuple):
    """One form. `build` fills it; `sentence` says in English what it is for."""

    name: str
    title: str
    span: Span
    build: Callable[[Ask, Archive], Form]
    sentence: str


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (Kind("daily", daily.TITLE, "day", daily.build, "What an undercover team saw on one day and so far."),)
}
