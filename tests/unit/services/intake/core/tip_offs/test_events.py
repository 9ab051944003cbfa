"""What becomes of a tip-off is said in events that the contract takes and that tell nothing of the informer."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from contracts.events import Event, read_event
from services.intake.core.tip_offs import events
from services.intake.core.tip_offs.events import HazardForm
from tests.unit.services.intake.core.tip_offs.sample import TIP_OFF

LATER = datetime(2023, 5, 10, tzinfo=UTC)
FORM = HazardForm.model_validate(
    {"description": "油罐旁违规动火", "level": "major", "sector": "危化", "site_name": "某厂", "address": "某路一号"}
)
VERIFIED = replace(TIP_OFF, is_true=True, verified_at=LATER, verified_event_id="T1/verified")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(events.received(TIP_OFF, "消防安全"), id="received"),
        pytest.param(events.hazard(TIP_OFF, FORM, "消防安全", LATER)[0], id="hazard"),
        pytest.param(events.hazard(TIP_OFF, FORM, "消防安全", LATER)[1], id="named"),
        pytest.param(events.verified(TIP_OFF, true=False, at=LATER), id="verified"),
        pytest.param(events.paid(VERIFIED, Decimal("500.50"), LATER), id="paid"),
    ],
)
def test_each_is_an_event_of_the_contract(event: events.Event) -> None:
    """Read by the reader of every door, without a flag."""
    read = read_event(dict(event))

    assert isinstance(read, Event)
    assert () == read.flags


def test_a_reward_before_the_verification_is_a_defect() -> None:
    """Nobody is paid for what nobody looked at."""
    with pytest.raises(ValueError, match="not verified"):
        events.paid(TIP_OFF, Decimal(5), LATER)


def test_a_site_is_the_same_however_its_name_is_spaced() -> None:
    """So that several tip-offs about it meet; another county's is another."""
    ids = [events.site_id("331081", "某 厂"), events.site_id("331081", " 某厂"), events.site_id("331082", "某厂")]

    assert (ids[0], True) == (ids[1], ids[0] != ids[2])


@pytest.mark.parametrize("day", ["2023-5-1", "tomorrow", "2023-05-01T00:00"])
def test_a_deadline_is_a_day_or_nothing(day: str) -> None:
    """A day that does not exist is refused by the contract later."""
    with pytest.raises(ValidationError):
        HazardForm.model_validate({**FORM.model_dump(), "rectify_by": day})
