"""Fill 包区督导核查表: what a team that answers for an area takes along, to look at each thing on the spot (S3-26, S1-21)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.fields import FIELDS, columns, listed
from services.reporting.core.forms.form import Column, Form, Sheet, Value
from services.reporting.core.forms.words import as_of_words, day_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "包区督导核查表"
EARLIER: Final = ("superior", "undercover")
_OPEN: Final = ("area", "id", "site", "address", "content", "level", "owner", "deadlines", "state", "remark")
_EARLIER: Final = (
    "area", "id", "found_on", "source", "site", "content", "level", "deadlines", "state", "done_on", "checked", "closed_on",
    "remark",
)  # fmt: skip
_BLANK: Final = (Column("核查情况", 24), Column("核查人/日期", 14))
_ONE_DAY = timedelta(days=1)


def build(ask: Ask, archive: Archive) -> Form:
    """Everything that is open, with room for what is seen; and what earlier rounds found, with what became of it."""
    until = midnight(ask.day + _ONE_DAY)
    scope = scope_of(ask.tenant, archive.divisions)
    still = list(archive.rows(Selection(scope=scope, open=True, reported_until=until)))
    earlier = list(archive.rows(Selection(scope=scope, found_by=EARLIER, reported_until=until)))
    name = archive.divisions.full_name(ask.tenant)
    heads = (f"被督导地区：{name}", f"截至{day_words(ask.day)}")
    sheets = (
        Sheet(
            name="逐项核查",
            title=TITLE,
            heads=heads,
            columns=(*columns(_OPEN), *_BLANK),
            rows=tuple(_with_room(archive, _sorted(still))),
            notes=(as_of_words(ask.as_of), "未销号的逐项到场核查；核查结果回填后按复查上报。"),
            empty="（无）",
        ),
        Sheet(
            name="前期发现",
            title="前期督查、巡查、暗查发现问题整改闭环情况",
            heads=heads,
            columns=columns(_EARLIER),
            rows=tuple(listed(_EARLIER, _sorted(earlier), archive.divisions)),
            notes=(as_of_words(ask.as_of),),
            empty="（无）",
        ),
    )
    return Form(
        kind=ask.kind, title=TITLE, name=f"{TITLE}-{name}-{ask.day}", tenant=ask.tenant, as_of=ask.as_of, sheets=sheets
    )


def _sorted(rows: Sequence[HazardRow]) -> list[HazardRow]:
    return sorted(rows, key=lambda row: (row.tenant, row.site_name, row.reported_at, row.key))


def _with_room(archive: Archive, rows: Sequence[HazardRow]) -> list[tuple[Value, ...]]:
    return [
        (number, *(FIELDS[field].of(row, archive.divisions) for field in _OPEN), "", "")
        for number, row in enumerate(rows, 1)
    ]
