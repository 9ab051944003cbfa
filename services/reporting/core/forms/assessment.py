"""Fill 考核依据台账: what superiors and undercover teams found in each unit, and what became of it (S0-21, S1-15).

The notices make it a ground of the yearly assessment and give no points, so it counts and judges nothing.
"""

from typing import Final

from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.fields import columns, listed
from services.reporting.core.forms.form import Column, Form, Sheet
from services.reporting.core.forms.roll_up import area_lines, period_rows
from services.reporting.core.forms.words import as_of_words, day_words
from services.reporting.core.rows import HazardRow

TITLE: Final = "督查暗访发现问题考核依据台账"
FOUND_BY: Final = ("superior", "undercover")
TESTS: Final = ("all", "major", "done", "done/all", "in_time", "late", "open", "major_open")
_HEADS: Final = ("发现", "其中重大", "已整改", "整改率", "按期整改", "逾期", "未销号", "重大未销号")
_MAJOR: Final = (
    "area", "id", "found_on", "source", "sector", "site", "content", "owner", "supervisor", "deadlines", "state",
    "done_on", "closed_on", "remark",
)  # fmt: skip


def build(ask: Ask, archive: Archive) -> Form:
    """One row for each unit, and the major hazards one by one."""
    rows = [row for row in period_rows(ask, archive) if row.found_by in FOUND_BY]
    name = archive.divisions.full_name(ask.tenant)
    heads = (f"单位：{name}", f"{day_words(ask.since or ask.day)}至{day_words(ask.day)}")
    sums = Sheet(
        name="按单位",
        title=TITLE,
        heads=heads,
        columns=(Column("单位", 24), *(Column(head, 11, percent="率" in head) for head in _HEADS)),
        rows=tuple(area_lines(ask, archive, rows, TESTS)),
        notes=(as_of_words(ask.as_of), "计上级督导和暗查暗访发现的问题隐患；文件未定分值，本表只列数，不计分。"),
    )
    sheets = (sums, _majors(ask, archive, rows, heads))
    return Form(
        kind=ask.kind, title=TITLE, name=f"{TITLE}-{name}-{ask.day}", tenant=ask.tenant, as_of=ask.as_of, sheets=sheets
    )


def _majors(ask: Ask, archive: Archive, rows: list[HazardRow], heads: tuple[str, str]) -> Sheet:
    major = sorted((row for row in rows if row.is_major), key=lambda row: (row.tenant, row.reported_at, row.key))
    return Sheet(
        name="重大问题",
        title="督查暗访发现的重大问题",
        heads=heads,
        columns=columns(_MAJOR),
        rows=tuple(listed(_MAJOR, major, archive.divisions)),
        notes=(as_of_words(ask.as_of),),
        empty="（无）",
    )
