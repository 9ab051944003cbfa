"""A verdict that a hazard is major cites a criterion and its version, in force on that day (S2-15)."""

import pytest

from tests.unit.services.escalation.stories import report, run


@pytest.mark.parametrize(
    ("day", "criterion", "said"),
    [
        pytest.param(
            "05-16",
            "GM-4.1@2023",
            "（依据《工贸企业重大事故隐患判定标准》（应急管理部令第10号）第4.1项）",
            id="in force, with its item",
        ),
        pytest.param(
            "05-15",
            "GM@2023",
            "（依据《工贸企业重大事故隐患判定标准》（应急管理部令第10号））",
            id="from its first day",
        ),
        pytest.param(
            "05-14", "GM@2023", "（所引《工贸企业重大事故隐患判定标准》在2023年5月14日不适用）", id="the day before it"
        ),
        pytest.param(
            "05-14",
            "GM-3@2017",
            "（依据《工贸行业重大生产安全事故隐患判定标准（2017版）》（安监总管四〔2017〕129号）第3项）",
            id="the version that it replaced, to its last day",
        ),
        pytest.param(
            "05-15",
            "GM-3@2017",
            "（所引《工贸行业重大生产安全事故隐患判定标准（2017版）》在2023年5月15日不适用）",
            id="and not after it",
        ),
        pytest.param("05-16", "GM-4.1@2024", "（所引判定标准GM-4.1@2024不在标准库中）", id="a version that is none"),
        pytest.param("05-16", "内部标准", "（所引判定标准内部标准不在标准库中）", id="a standard that is none"),
        pytest.param("05-16", None, "（未注明判定标准）", id="none is cited"),
    ],
)
def test_a_proposal_says_by_which_criterion(day: str, criterion: str | None, said: str) -> None:
    """S2-15: who has to confirm the listing reads it, and reads what is lacking."""
    records = run(report(f"{day} 09:00", level="major", criterion=criterion), until="06-30")
    (reason,) = {one.reason for one in records if one.rule == "major_hazard"}

    assert reason == f"示范机械厂的重大隐患“疏散通道被货物堵塞”（H-1），判定为重大事故隐患{said}，建议挂牌督办。"


def test_a_pack_without_a_library_asks_for_none() -> None:
    """The notice of 丽水 asks for no library: its proposals read as before."""
    found = report("2016-04-10 09:00", tenant="331102", level="major", rectify_by=None)
    records = run(found, until="2016-04-12", packs=("lishui-2016", "lishui-zone-2016"))

    assert next(one.reason for one in records if one.rule == "major_hazard").endswith(
        "判定为重大事故隐患，建议挂牌督办。"
    )
