"""Fill 《问题隐患销号清单》: what is not put right, kept until it is struck off, and what changed between two moments (S3-07).

The seed names the list and not its columns; those of requirements 1.7.2 are used and marked as proposed.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.fields import columns, listed
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, count, share
from services.reporting.core.forms.words import as_of_words, day_words, moment_words
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection
from services.reporting.core.wording import deadline_text

TITLE: Final = "问题隐患销号清单"
DIFF_TITLE: Final = "问题隐患销号清单变动表"
FIELDS: Final = (
    "id", "found_on", "source", "sector", "site", "address", "content", "level", "owner", "supervisor", "measures",
    "deadlines", "extensions", "state", "done_on", "checked", "closed_on", "evidence", "remark",
)  # fmt: skip
INFERRED: Final = "原件只列清单名称、用途、时限，栏目为推定。"


def build(ask: Ask, archive: Archive) -> Form:
    """The list as it stood: everything open, and what was struck off since the first day of the period."""
    name = archive.divisions.full_name(ask.tenant)
    sheet = Sheet(
        name="销号清单",
        title=TITLE,
        heads=(f"填报单位：{name}", f"截至{day_words(ask.day)}"),
        paragraphs=(_totals(ask, archive),),
        columns=columns(FIELDS),
        rows=listed(FIELDS, _rows(ask, archive), archive.divisions),
        notes=(as_of_words(ask.as_of) + INFERRED,),
    )
    return _form(ask, TITLE, name, sheet)


def build_diff(ask: Ask, archive: Archive) -> Form:
    """What was added, struck off or changed between two dispatch rounds (S3-08)."""
    name = archive.divisions.full_name(ask.tenant)
    before = {row.key: row for row in _rows(ask, archive, earlier=True)}
    after = {row.key: row for row in _rows(ask, archive)}
    changes = [
        *(("新增", after[key], "", "") for key in after if key not in before),
        *_changed(before, after),
        *(("移出", before[key], "", "作废、撤销或更正") for key in before if key not in after),
    ]
    kinds = [kind for kind, *_ in changes]
    sheet = Sheet(
        name="变动表",
        title=DIFF_TITLE,
        heads=(f"填报单位：{name}", f"{moment_words(ask.baseline or ask.as_of)}至{moment_words(ask.as_of)}"),
        paragraphs=(
            (
                "其间新增",
                count((str(row.key) for kind, row, *_ in changes if kind == "新增"), "新增"),
                "条，销号",
                count((str(row.key) for kind, row, *_ in changes if kind == "销号"), "销号"),
                "条，",
                f"其他变动{len([kind for kind in kinds if kind not in {'新增', '销号'}])}处。",
            ),
        ),
        columns=(
            Column("序号", 6, centred=True),
            Column("变动", 8, centred=True),
            Column("编号", 16),
            Column("单位名称", 24),
            Column("隐患内容", 40),
            Column("原", 20),
            Column("现", 20),
        ),
        rows=tuple(
            (number, kind, row.hazard_id, row.site_name, row.description, old, new)
            for number, (kind, row, old, new) in enumerate(changes, 1)
        ),
        notes=(as_of_words(ask.as_of),),
        empty="（其间没有变动）",
    )
    return _form(ask, DIFF_TITLE, name, sheet)


def _form(ask: Ask, title: str, name: str, sheet: Sheet) -> Form:
    return Form(
        kind=ask.kind,
        title=title,
        name=f"{title}-{name}-{ask.day}",
        tenant=ask.tenant,
        as_of=ask.as_of,
        sheets=(sheet,),
    )


def _rows(ask: Ask, archive: Archive, *, earlier: bool = False) -> Iterator[HazardRow]:
    selection = Selection(scope=scope_of(ask.tenant, archive.divisions), reported_until=None)
    since = midnight(ask.since or ask.day)
    for row in archive.rows(selection, baseline=ask.baseline if earlier else None):
        if row.is_open or (row.closed_at is not None and row.closed_at >= since):
            yield row


def _totals(ask: Ask, archive: Archive) -> tuple[str | Figure, ...]:
    """清零率 = struck off on or before the deadline / due in the period (S3-08)."""
    on_list, open_now, closed, due, zeroed = 0, 0, 0, 0, 0
    since = midnight(ask.since or ask.day)
    for row in _rows(ask, archive):
        on_list += 1
        open_now += row.is_open
        closed += not row.is_open
        if row.due_at is not None and since <= row.due_at <= ask.as_of:
            due += 1
            zeroed += row.closed_at is not None and row.closed_at <= row.due_at
    rate = share(zeroed, due).value
    words = f"{100 * rate:.1f}%" if rate is not None else "——"
    return (
        f"在册{on_list}条，未销号{open_now}条，已销号{closed}条；其间到期{due}条，期限内销号{zeroed}条，清零率{words}。",
    )


def _changed(
    before: Mapping[HazardKey, HazardRow], after: Mapping[HazardKey, HazardRow]
) -> Iterator[tuple[str, HazardRow, str, str]]:
    for key, now in after.items():
        then = before.get(key)
        if then is None:
            continue
        for kind, old, new in _differences(then, now):
            yield kind, now, old, new


def _differences(then: HazardRow, now: HazardRow) -> Iterator[tuple[str, str, str]]:
    if then.state != now.state:
        yield "销号" if now.state == "closed" else "状态", then.standing_state.chinese, now.standing_state.chinese
    if then.deadline != now.deadline:
        yield "期限", deadline_text(then.deadline), deadline_text(now.deadline)
    if then.level != now.level:
        yield "等级", _level(then), _level(now)
    if then.responsible_unit != now.responsible_unit:
        yield "责任单位", then.responsible_unit, now.responsible_unit
    if then.description != now.description:
        yield "更正", then.description, now.description


def _level(row: HazardRow) -> str:
    return "重大" if row.is_major else "一般"
