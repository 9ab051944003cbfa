"""A printed form is there whole or not at all, and a wrong call says how to call."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bihuan import report


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until then there is what was there before, under its name."""
    target = tmp_path / "日报表.xlsx"
    target.write_bytes(b"before")

    with report._whole(target) as file:
        file.write(b"after")
        assert b"before" == target.read_bytes()

    assert b"after" == target.read_bytes()
    assert [target] == list(tmp_path.iterdir())


@pytest.mark.parametrize("broken_by", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_export_that_is_cut_off_leaves_no_half_file(tmp_path: Path, broken_by: type[BaseException]) -> None:
    """And takes nothing away that was there."""
    target = tmp_path / "台账.xlsx"

    def cut_off() -> None:
        with report._whole(target) as file:
            file.write(b"half")
            raise broken_by

    with pytest.raises(broken_by):
        cut_off()

    assert [] == list(tmp_path.iterdir())


def test_a_moment_without_an_offset_is_beijing_time() -> None:
    """As the clock on the clerk's wall shows it."""
    assert datetime(2020, 4, 2, 18, tzinfo=ZoneInfo("Asia/Shanghai")) == report._moment("2020-04-02T18:00", "--as-of")
    assert date(2020, 4, 2) == report._day("2020-04-02", "--date")


@pytest.mark.parametrize("text", ["2020-4-2", "昨天", "2020-02-30"])
def test_a_day_that_cannot_be_read_ends_with_two(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the form in which it is written."""
    with pytest.raises(SystemExit, match="2"):
        report._day(text, "--date")

    assert "请写成 2020-04-02" in capsys.readouterr().err
