"""A tip-off takes what people write and no more, and its code is read however it is typed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake.core.tip_offs.tip_off import (
    CODE_BYTES,
    Reward,
    Submission,
    code_of,
    digest_of,
    stage,
)
from tests.unit.services.intake.core.tip_offs.sample import TIP_OFF

TOLD = {"tenant": "331081", "category": "fire", "story": "油罐旁边有人动火"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"story": "短"}, "story", id="too short"),
        pytest.param({"story": "长" * 2_001}, "story", id="too long"),
        pytest.param({"story": "        "}, "story", id="nothing but blanks"),
        pytest.param({"story": "油罐旁\x00边有人"}, "story", id="NUL"),
        pytest.param({"story": "油罐旁边有人 \ud800"}, "story", id="half a character"),
        pytest.param({"story": 12345}, "story", id="a number"),
        pytest.param({"tenant": "３３１０８１"}, "tenant", id="full-width digits"),
        pytest.param({"tenant": "331081\n"}, "tenant", id="a line break behind"),
        pytest.param({"name": "赵\n无名"}, "name", id="two lines for a name"),
        pytest.param({"phone": "1" * 101}, "phone", id="a telephone that is none"),
        pytest.param({"address": "127.0.0.1"}, "address", id="a field of no use"),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    """And what was written never stands in the error."""
    with pytest.raises(ValidationError) as found:
        Submission.model_validate({**TOLD, **changes})

    assert [(field,)] == [error["loc"] for error in found.value.errors()]
    assert "input_value" not in str(found.value)


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES), st.sampled_from(["", " ", "-", "  - "]))
def test_a_code_is_read_however_it_is_typed(noise: bytes, between: str) -> None:
    """Small letters, blanks, O for 0 and I or L for 1."""
    code = code_of(noise)
    typed = between.join(code.split("-")).lower().replace("0", "o").replace("1", "l")

    assert digest_of(code) == digest_of(typed)
    assert digest_of(code) is not None


@given(st.text(max_size=40))
def test_what_is_no_code_has_no_hash(typed: str) -> None:
    """Whatever somebody types: a hash of 32 bytes, or none; never an error."""
    found = digest_of(typed)

    assert found is None or len(found) == 32


def test_every_code_is_another() -> None:
    """All eighty bits are in it."""
    codes = {code_of((1 << bit).to_bytes(CODE_BYTES)) for bit in range(8 * CODE_BYTES)}

    assert 8 * CODE_BYTES == len(codes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "已收到，正在核实", id="received"),
        pytest.param({"hazard_id": "T1"}, "已立为隐患，正在督促整改和核查", id="a hazard"),
        pytest.param({"is_true": False, "hazard_id": "T1"}, "经核查，未查实", id="not true"),
        pytest.param({"is_true": True}, "经核查属实", id="true"),
        pytest.param(
            {"is_true": True, "reward": Reward.DUE, "reward_yuan": Decimal(5)}, "经核查属实，奖励待领取", id="due"
        ),
        pytest.param({"is_true": True, "reward": Reward.PAID}, "经核查属实，奖励已发放", id="paid"),
        pytest.param({"is_true": True, "reward": Reward.WAIVED}, "经核查属实，奖励未领取", id="not collected"),
    ],
)
def test_how_far_it_is(changes: dict[str, Any], words: str) -> None:
    """One sentence for the office and for who holds the code."""
    assert words == stage(replace(TIP_OFF, **changes))[1]


@pytest.mark.parametrize(
    ("today", "changes", "overdue"),
    [
        pytest.param(date(2023, 7, 8), {}, False, id="the last day of its term"),
        pytest.param(date(2023, 7, 9), {}, True, id="the day after"),
        pytest.param(date(2023, 7, 9), {"verified_at": TIP_OFF.received_at}, False, id="verified in time"),
        pytest.param(date(2023, 7, 9), {"closed_at": TIP_OFF.received_at}, False, id="closed"),
    ],
)
def test_a_term_ends_with_its_last_day(today: date, changes: dict[str, Any], overdue: bool) -> None:
    """安监总财〔2012〕63号: sixty days from acceptance."""
    assert overdue is replace(TIP_OFF, **changes).is_overdue(today)
