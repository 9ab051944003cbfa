"""A site goes to another tenant, and its open hazards with it."""

import pytest

from contracts.facts import Fact
from services.reporting.core.standing import Standing, State, fold
from tests.unit.services.reporting.facts import at, fact, follow, reported

THERE = "331082004"


def standing_of(*facts: Fact) -> Standing:
    """A town lies within its county here; the real table is in contracts."""
    standing = fold(facts, "H-1", lambda own, other: own.startswith(other))
    assert standing is not None
    return standing


def transferred(when: str, *, sender: str = "331", left: str = "331081003", reached: str = THERE) -> Fact:
    return fact("site.transferred", at(when), tenant=sender, site_id="S-1", from_tenant=left, to_tenant=reached)


@pytest.mark.parametrize(
    ("transfer", "tenant"),
    [
        pytest.param(transferred("2023-05-10 09:00"), THERE, id="sent by a parent of both"),
        pytest.param(transferred("2023-05-10 09:00", sender="331081003"), "331081003", id="given away alone"),
        pytest.param(transferred("2023-05-10 09:00", left="331081005"), "331081003", id="it was not there"),
        pytest.param(transferred("2023-05-07 09:00"), "331081003", id="before the hazard was found"),
        pytest.param(transferred("2023-05-20 09:00"), "331081003", id="after its close-out"),
    ],
)
def test_an_open_hazard_goes_with_its_site(transfer: Fact, tenant: str) -> None:
    """What was over by then stays where it was; only a common parent moves a site."""
    assert standing_of(reported(), transfer, follow("closed", at("2023-05-19 10:00"), tenant="331")).tenant == tenant


@pytest.mark.parametrize(
    ("teller", "day", "counts"),
    [("331081003", "09", True), ("331081003", "12", False), (THERE, "09", False), (THERE, "12", True)],
)
def test_who_has_it_then_is_heard(*, teller: str, day: str, counts: bool) -> None:
    """Judged by when a thing happened."""
    word = follow("rectified", at(f"2023-05-{day} 09:00"), tenant=teller)
    standing = standing_of(reported(), transferred("2023-05-10 09:00"), word)

    assert (standing.state is State.RECTIFIED) == counts
    assert standing.tenant == THERE
