"""Facts about accidents, tip-offs and important matters."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events.accidents import INFORMER_FIELDS, AccidentReported, TipOffReceived, TipOffVerified

ACCIDENT: dict[str, Any] = {"accident_id": "A-1", "category": "road", "sector": "道路交通", "liability": "pending"}
TIP_OFF: dict[str, Any] = {"tip_off_id": "T-1", "category": "fire_safety", "description": "楼道充电。"}


def test_what_is_not_said_is_unknown() -> None:
    """Absent deaths are never zero deaths."""
    accident = AccidentReported.model_validate(ACCIDENT)

    assert (accident.deaths, accident.serious_injuries, accident.loss_yuan) == (None, None, None)


@pytest.mark.parametrize("liability", ["责任事故", "maybe", None, True])
def test_liability_decides(liability: object) -> None:
    """A talk rests on it: an unknown word is refused."""
    with pytest.raises(ValidationError):
        AccidentReported.model_validate(ACCIDENT | {"liability": liability})


@pytest.mark.parametrize("field", sorted(INFORMER_FIELDS))
def test_an_informer_is_never_in_an_event(field: str) -> None:
    """A field that would tell who gave the tip-off is refused, not carried along."""
    with pytest.raises(ValidationError) as caught:
        TipOffReceived.model_validate(TIP_OFF | {field: "某人"})

    assert caught.value.errors()[0]["type"] == "informer_named"


def test_a_tip_off_without_informer_passes() -> None:
    """What was told is enough."""
    assert TipOffReceived.model_validate(TIP_OFF).tip_off_id == "T-1"
    assert TipOffVerified.model_validate({"tip_off_id": "T-1", "true": False}).true is False
    with pytest.raises(ValidationError):
        TipOffReceived.model_validate("楼道充电")
