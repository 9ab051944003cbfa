"""Fill 隐患要素核查表: what a hazard needs before it can be worked on, and has not (S0-08, S3-04, S3-05).

A report without them is taken in all the same, for a hazard that is refused is a hazard nobody sees. It is named here
instead until somebody says who answers, by when, and what is to be done.
"""

from collections.abc import Callable, Mapping
from typing import Final

from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.fields import FIELDS
from services.reporting.core.forms.form import Column, Form, Sheet, count
from services.reporting.core.forms.words import as_of_words, day_words
from services.reporting.core.rows import HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "隐患整改要素核查表"
NEEDED: Final[Mapping[str, Callable[[HazardRow], bool]]] = {
    "整改责任": lambda row: bool(row.responsible_unit or row.responsible_person),
    "整改措施": lambda row: bool(row.measures) or bool(row.plan_target_date),
    "整改时限": lambda row: row.deadline is not None or row.suspended_at is not None,
}
"""责任、措施、时限 (S3-05): each with whether a hazard has it; a clock that was suspended by a decision has its time."""
_FIELDS: Final = ("area", "id", "found_on", "site", "content", "level", "state")


def missing(row: HazardRow) -> tuple[str, ...]:
    """What an open hazard that is not put right lacks; nothing else lacks anything."""
    if not row.standing_state.awaits_work:
        return ()
    return tuple(name for name, has in NEEDED.items() if not has(row))


def build(ask: Ask, archive: Archive) -> Form:
    """Every hazard that lacks something, the major ones first, and how many lack what."""
    selection = Selection(scope=scope_of(ask.tenant, archive.divisions), open=True)
    lacking = [(row, gap) for row in archive.rows(selection) if (gap := missing(row))]
    lacking.sort(key=lambda pair: (not pair[0].is_major, pair[0].tenant, pair[0].reported_at, pair[0].key))
    name = archive.divisions.full_name(ask.tenant)
    heads = (f"单位：{name}", f"截至{day_words(ask.day)}")
    sums = Sheet(
        name="合计",
        title=TITLE,
        heads=heads,
        columns=(Column("缺少的要素", 30), Column("隐患（条）", 14)),
        rows=tuple(
            (what, count(str(row.key) for row, gap in lacking if what == "任何一项" or what in gap))
            for what in (*NEEDED, "任何一项")
        ),
        notes=(as_of_words(ask.as_of), "进入整改前，责任、措施、时限应当逐项落实；缺项的隐患照常受理、照常计时。"),
    )
    one_by_one = Sheet(
        name="缺项清单",
        title="责任、措施、时限尚未落实的隐患",
        heads=heads,
        columns=(Column("序号", 6, centred=True), *(FIELDS[field].column for field in _FIELDS), Column("缺少", 24)),
        rows=tuple(
            (number, *(FIELDS[field].of(row, archive.divisions) for field in _FIELDS), "、".join(gap))
            for number, (row, gap) in enumerate(lacking, 1)
        ),
        notes=(as_of_words(ask.as_of),),
        empty="（无）",
    )
    title = f"{TITLE}-{name}-{ask.day}"
    return Form(kind=ask.kind, title=TITLE, name=title, tenant=ask.tenant, as_of=ask.as_of, sheets=(sums, one_by_one))
