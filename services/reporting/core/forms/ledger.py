"""List every hazard of a unit, one row each: 隐患台账 (S3-03), as long as it may be."""

from typing import Final

from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.fields import columns, listed
from services.reporting.core.forms.form import Form, Sheet
from services.reporting.core.forms.words import as_of_words
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "隐患台账"
FIELDS: Final = (
    "id", "area", "found_on", "source", "sector", "site", "content", "level", "owner", "supervisor", "deadlines",
    "state", "done_on", "closed_on", "remark",
)  # fmt: skip


def build(ask: Ask, archive: Archive) -> Form:
    """All hazards that were ever reported, earliest first; what was withdrawn is left out."""
    rows = archive.rows(Selection(scope=scope_of(ask.tenant, archive.divisions)))
    name = archive.divisions.full_name(ask.tenant)
    sheet = Sheet(
        name="台账",
        title=f"{name}{TITLE}",
        columns=columns(FIELDS),
        rows=listed(FIELDS, rows, archive.divisions),
        notes=(as_of_words(ask.as_of),),
    )
    return Form(
        kind=ask.kind,
        title=TITLE,
        name=f"{TITLE}-{name}-{ask.day}",
        tenant=ask.tenant,
        as_of=ask.as_of,
        sheets=(sheet,),
    )
