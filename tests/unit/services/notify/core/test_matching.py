"""Conditions hold together or not at all, and say in words what held."""

import msgspec
import pytest

from services.notify.core.matching import Match, conditions_met
from tests.unit.services.notify.given import PLACES, decision

LINEAGE = PLACES.lineage("331081001")


def match(**conditions: list[str]) -> Match:
    return msgspec.convert(conditions, Match)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        pytest.param({}, (), id="no condition always holds"),
        pytest.param({"tenant": ["331081001"]}, ("辖区 331081001",), id="the tenant itself"),
        pytest.param({"tenant": ["331081"]}, ("辖区 331081",), id="a division above it"),
        pytest.param({"tenant": ["330000", "331081003"]}, ("辖区 330000",), id="any of several"),
        pytest.param(
            {"level": ["town"], "rule": ["overdue"]}, ("层级 镇（街道）", "规则 逾期未整改"), id="all of several"
        ),
        pytest.param({"sector": ["工贸"]}, ("行业 工贸",), id="the sector of the context"),
        pytest.param({"hazard_level": ["general"]}, ("隐患等级 一般隐患",), id="the severity of the context"),
        pytest.param({"measure": ["remind"], "status": ["raised"]}, ("措施 提醒", "状态 已发出"), id="measure, status"),
        pytest.param({"step": ["first"], "subject": ["H-1"]}, ("梯级 first", "对象 H-1"), id="rung and subject"),
    ],
)
def test_conditions_that_hold_are_named(conditions: dict[str, list[str]], words: tuple[str, ...]) -> None:
    """Every condition that held is in the reason."""
    assert words == conditions_met(match(**conditions), decision(), LINEAGE)


@pytest.mark.parametrize(
    "conditions",
    [
        {"tenant": ["331081003"]},
        {"tenant": ["3310810"]},
        {"level": ["county"]},
        {"hazard_level": ["major"]},
        {"measure": ["remind"], "status": ["cleared"]},
    ],
    ids=str,
)
def test_one_condition_that_fails_is_enough(conditions: dict[str, list[str]]) -> None:
    """A sibling, half a code, or one of two conditions: no match."""
    assert conditions_met(match(**conditions), decision(), LINEAGE) is None


def test_an_unknown_word_is_refused() -> None:
    """A condition nobody can meet is a mistake in the file."""
    with pytest.raises(msgspec.ValidationError, match=r"measure"):
        match(measure=["admonishment"])
