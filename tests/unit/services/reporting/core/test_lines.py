"""Facts are told under the names that contracts give, and nothing personal is told."""

import json
from pathlib import Path

import msgspec
import pytest

from contracts.events.table import EVENT_TYPES, Sender
from contracts.facts import Fact
from services.reporting.core.lines import changes, lines_of
from services.reporting.core.said import read
from tests.unit.services.reporting.facts import at, fact, follow, reported, saying

EXAMPLES = Path(__file__).parents[5] / "contracts" / "examples"
TOLD = [name for name, row in EVENT_TYPES.items() if row.sender is not Sender.OURSELVES]


def example(name: str) -> Fact:
    document = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return saying(name.removesuffix(".v1"), document["data"])


@pytest.mark.parametrize("name", TOLD)
def test_every_type_can_be_read_and_told(name: str) -> None:
    """Each type's own example is read without a complaint and gives lines with Chinese labels."""
    told = example(name)

    assert read(told) is not None
    assert all(label and not label.isascii() and text for label, text in lines_of(told))


def test_a_report_is_told_in_chinese() -> None:
    """Words of closed and growing lists are translated, the site is named, the id is left to the heading."""
    lines = dict(lines_of(reported()))

    assert ("一般隐患", "监督检查") == (lines["隐患等级"], lines["发现方式"])
    assert "示范机械有限公司 · 示范路1号 · S-1" == lines["场所"]
    assert "隐患编号" not in lines


def test_moments_flags_and_sums_are_written_out() -> None:
    """Instants in Asia/Shanghai, yes and no in words, money with its unit; a word nobody knows stands as it was sent."""
    said = reported(rectify_by="2023-05-20T09:00:00Z", fixed_on_the_spot=True, found_by="drone")
    spent = follow("rectified", at("2023-05-19 10:00"), by="乙一", funds=38000.5)

    lines = dict(lines_of(said)) | dict(lines_of(spent))

    assert ("2023-05-20 17:00", "是", "drone") == (lines["整改期限"], lines["立行立改"], lines["发现方式"])
    assert "38,000.50 元" == lines["资金"]


def test_what_may_lead_back_to_an_informer_is_not_told() -> None:
    """Of a tip-off only its category is shown."""
    tip_off = fact("tip_off.received", tip_off_id="T-1", category="fire_safety", description="三车间班长说……")

    assert ["fire_safety"] == [text for _, text in lines_of(tip_off)]


def test_a_correction_tells_what_changes() -> None:
    """What stays is not repeated; what is left out is said to be gone."""
    before = reported(responsible_unit="甲单位")
    after = reported(
        event_id="fix", correction="report", description="配电箱未上锁", sector="消防", measures="立即清理"
    )

    assert {
        "隐患内容": "疏散通道被货物堵塞 → 配电箱未上锁",
        "行业领域": "工贸 → 消防",
        "整改措施": "立即清理",
        "责任单位": "（删去）",
    } == dict(changes(after, before))


@pytest.mark.parametrize("data", [b"{}", b"null", b"[1]"])
def test_nothing_said_gives_no_line(data: bytes) -> None:
    """An empty correction, and data of an unknown shape."""
    assert [] == lines_of(msgspec.structs.replace(reported(), data=msgspec.Raw(data)))


def test_a_type_that_is_not_known_gives_no_line() -> None:
    """Nothing is guessed."""
    assert [] == lines_of(msgspec.structs.replace(reported(), type="hazard.exploded.v1"))


@pytest.mark.parametrize("word", ["2023T05", "T", "2023-05-20T09:00:00"])
def test_text_that_only_looks_like_an_instant_stays_text(word: str) -> None:
    """An instant without offset is read in Asia/Shanghai, anything else stays as it was sent."""
    lines = dict(lines_of(reported(campaign=word)))

    assert {"2023-05-20T09:00:00": "2023-05-20 09:00"}.get(word, word) == lines["专项行动"]
