"""Put around the tables of a form what every form has: whose it is, up to when it counts, and the name of its file."""

from datetime import date

from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.form import Form, Sheet
from services.reporting.core.forms.words import day_words


def heads_of(ask: Ask, archive: Archive, since: date | None = None) -> tuple[str, str]:
    """What stands above a table at both of its ends: the unit, and the day (with `since`: the days)."""
    days = f"{day_words(since)}至{day_words(ask.day)}" if since else f"截至{day_words(ask.day)}"
    return f"单位：{archive.divisions.full_name(ask.tenant)}", days


def form_of(ask: Ask, archive: Archive, title: str, *sheets: Sheet) -> Form:
    """The form of these tables, its file named by title, unit and day."""
    name = f"{title}-{archive.divisions.full_name(ask.tenant)}-{ask.day}"
    return Form(kind=ask.kind, title=title, name=name, tenant=ask.tenant, as_of=ask.as_of, sheets=sheets)
