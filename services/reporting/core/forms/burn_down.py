"""Fill 存量隐患销号进度: the stock that a campaign found when it began, by round, area and day, plan cases apart (S0-06, S0-09, S0-10)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from contracts.facts import Fact
from services.reporting.core.days import midnight
from services.reporting.core.forms.archive import Archive, Ask
from services.reporting.core.forms.daily import begins
from services.reporting.core.forms.form import Column, Figure, Form, Sheet, Value, count
from services.reporting.core.forms.framing import form_of
from services.reporting.core.forms.roll_up import area_lines
from services.reporting.core.forms.sums import line
from services.reporting.core.forms.words import as_of_words, day_words, is_done, source_words
from services.reporting.core.rows import HazardKey, HazardRow
from services.reporting.core.scope import scope_of
from services.reporting.core.selection import Selection

TITLE: Final = "存量隐患销号进度表"
TESTS: Final = ("all", "done", "done/all", "open", "planned", "overdue", "major_open")
_HEADS: Final = ("存量", "已整改", "整改率", "未销号", "其中列入治理计划", "逾期", "重大未销号")
_ONE_DAY = timedelta(days=1)
_LONGEST: Final = 120  # days of the table by day


def build(ask: Ask, archive: Archive) -> Form:
    """What was open when the campaign began, and what is left of it on each day since."""
    first = ask.since if ask.since and ask.since < ask.day else begins(ask, archive)
    start = midnight(first)
    selection = Selection(scope=scope_of(ask.tenant, archive.divisions), reported_until=start)
    stock = [row for row in archive.rows(selection) if not _ended_before(row, first)]
    rounds = _rounds(stock, archive.stories(row.key for row in stock))
    heads = (f"单位：{archive.divisions.full_name(ask.tenant)}", f"{day_words(first)}起，截至{day_words(ask.day)}")
    notes = (as_of_words(ask.as_of), "存量指行动开始前上报、行动开始时尚未销号的隐患；列入治理计划的另列。")
    areas = Sheet(
        name="按地区",
        title=TITLE,
        heads=heads,
        columns=(Column("单位", 24), *(Column(head, 12, percent=head.endswith("率")) for head in _HEADS)),
        rows=tuple(area_lines(ask, archive, stock, TESTS)),
        notes=notes,
    )
    by_round = Sheet(
        name="按来源轮次",
        title=f"{TITLE}（按来源轮次）",
        heads=heads,
        columns=(Column("来源轮次", 36), *(Column(head, 12, percent=head.endswith("率")) for head in _HEADS)),
        rows=tuple((title, *line(rows, TESTS)) for title, rows in rounds.items()),
        notes=(*notes, "一条隐患由几轮检查发现的，在每一轮各计一次，不作合计。"),
    )
    return form_of(ask, archive, TITLE, areas, by_round, _days(stock, first, ask, heads, notes))


def _ended_before(row: HazardRow, first: date) -> bool:
    return row.closed_at is not None and row.closed_at < midnight(first)


def _rounds(stock: Sequence[HazardRow], stories: Mapping[HazardKey, Sequence[Fact]]) -> dict[str, list[HazardRow]]:
    """The rounds that each hazard names as its sources; one that names none stands under the way it was found."""
    found: dict[str, list[HazardRow]] = {}
    for row in stock:
        named: set[str] = set()
        for fact in stories.get(row.key, ()):
            if fact.type.startswith("hazard.reported."):
                said = msgspec.json.decode(fact.data)
                named |= {str(each) for each in (said.get("sources") or ())}
        for title in sorted(named) or [source_words(row)]:
            found.setdefault(title, []).append(row)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _days(stock: Sequence[HazardRow], first: date, ask: Ask, heads: tuple[str, str], notes: tuple[str, ...]) -> Sheet:
    """What was not put right at the end of each day; a day that is not over is left out."""
    rows: list[tuple[Value, ...]] = []
    day = max(first, ask.day - _LONGEST * _ONE_DAY)
    while day <= ask.day:
        end = midnight(day + _ONE_DAY)
        left = [row for row in stock if not _done_by(row, end)]
        planned = [row for row in left if row.plan_filed_at is not None and row.plan_filed_at < end]
        today = [row for row in stock if _done_by(row, end) and not _done_by(row, end - _ONE_DAY)]
        rows.append(
            (
                day,
                count(str(row.key) for row in today),
                Figure(len(left)),
                Figure(len(planned)),
                Figure(len(left) - len(planned)),
            )
        )
        day += _ONE_DAY
    return Sheet(
        name="按日",
        title=f"{TITLE}（按日）",
        heads=heads,
        columns=(
            Column("日期", 14, centred=True),
            Column("当日整改", 12),
            Column("日末未整改", 12),
            Column("其中列入治理计划", 14),
            Column("其余", 12),
        ),
        rows=tuple(rows),
        notes=notes,
    )


def _done_by(row: HazardRow, moment: object) -> bool:
    done_at = row.rectified_at or row.passed_at or row.done_at
    return is_done(row) and done_at is not None and done_at < moment  # type: ignore[operator]
