"""A roster as a spreadsheet: what is wrong is named by its row, and a good one comes back as it went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.core.roster import Seat
from services.notify.core.roster_table import CHANNELS, COLUMNS, BadRoster, grid_of, seats_from
from tests.unit.services.notify.given import LONG_AGO

ROLES = {"office": "安委办", "duty": "值班室"}
GOOD = ["安委办", "331081001", "", "甲", "2026-01-01", "", "a@example.cn", "", "太平街道工作群", "", "", ""]


def grid(*rows: list[str]) -> list[list[str]]:
    return [list(COLUMNS), *rows]


def changed(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(COLUMNS, GOOD, strict=True)]


def test_a_row_is_a_seat() -> None:
    """By the Chinese names of roles and channels; a day begins at midnight in Shanghai."""
    (seat,) = seats_from(grid(GOOD), ROLES)

    assert (seat.role, seat.unit, seat.holder) == ("office", "331081001", "甲")
    assert seat.addresses == {"email": "a@example.cn", "dingtalk": "太平街道工作群"}
    assert (seat.since.isoformat(), seat.until) == ("2026-01-01T00:00:00+08:00", None)


@pytest.mark.parametrize("text", ["2026-01-31 08:30", "2026/1/31 08:30", "2026年1月31日 08:30", "2026-01-31 08:30:00"])
def test_moments_as_spreadsheets_write_them(text: str) -> None:
    """All of them are half past eight in Shanghai."""
    (seat,) = seats_from(grid(changed(开始=text)), ROLES)

    assert seat.since.isoformat() == "2026-01-31T08:30:00+08:00"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([changed(角色="厂长")], "第 2 行：角色“厂长”不在路由文件中，可用：安委办、值班室、office、duty"),
        ([changed(开始="下周")], "第 2 行：开始时间“下周”无法识别，请写成 2026-01-31 或 2026-01-31 08:30"),
        ([changed(开始="2026-02-30")], "第 2 行：开始时间“2026-02-30”无法识别，请写成 2026-01-31 或 2026-01-31 08:30"),
        ([changed(开始="")], "第 2 行：没有填写开始时间"),
        ([changed(结束="2025-01-01")], "第 2 行：office@331081001 的结束时间不晚于开始时间"),
        ([changed(姓名="")], "第 2 行：角色、单位、姓名（或代号）都要填写"),
        ([changed(邮箱="", 钉钉机器人="")], "第 2 行：office@331081001 没有任何渠道地址"),
        ([changed(席位="甲/乙")], "第 2 行：席位“甲/乙”中不能有 @ 或 /"),
        ([GOOD, GOOD], "第 3 行：与第 2 行的角色、单位、席位和开始时间相同，请合并或者填写席位"),
        ([], "没有一行数据"),
    ],
)
def test_what_is_wrong_is_named_by_its_row(rows: list[list[str]], says: str) -> None:
    """In a sentence that says how to mend it; nothing of the table is taken."""
    with pytest.raises(BadRoster) as refused:
        seats_from(grid(*rows), ROLES)

    assert refused.value.faults == (says,)


def test_columns_that_are_missing_are_named() -> None:
    """Before any row is looked at."""
    with pytest.raises(BadRoster, match="第 1 行缺少列：姓名、开始"):
        seats_from([["角色", "单位"], ["安委办", "331081"]], ROLES)


def test_every_fault_is_named_at_once() -> None:
    """Nobody uploads a table of a hundred rows a hundred times; empty rows are none."""
    with pytest.raises(BadRoster) as refused:
        seats_from(grid(changed(角色="x"), GOOD, [""] * len(COLUMNS), changed(开始="x")), ROLES)

    assert [fault[:7] for fault in refused.value.faults] == ["第 2 行：角", "第 5 行：开"]


WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="@/\x1f", exclude_categories=("Cc", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=9,
)


@given(
    st.lists(
        st.tuples(WORDS, WORDS, WORDS, st.dictionaries(st.sampled_from(sorted(CHANNELS.values())), WORDS, min_size=1)),
        max_size=8,
        unique_by=lambda row: row[:2],
    )
)
def test_what_is_laid_out_is_read_back(rows: list[tuple[str, str, str, dict[str, str]]]) -> None:
    """A download that is uploaded unchanged changes nothing."""
    seats = tuple(
        Seat(role="office", unit=unit, seat=seat, holder=holder, addresses=addresses, since=LONG_AGO)
        for unit, seat, holder, addresses in rows
    )
    if seats:
        assert seats_from([list(row) for row in grid_of(seats, ROLES)], ROLES) == seats
