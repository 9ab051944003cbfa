"""Townships and projects are listed as sites are, in batches (S0-17, S0-19, S0-20)."""

from typing import Any

import pytest

from contracts.facts import Fact
from services.escalation.core.pictures.listings import batches, in_order, listed
from tests.unit.services.escalation.accidents import WENZHOU
from tests.unit.services.escalation.drawn import states, told
from tests.unit.services.escalation.stories import fact, law_of, moment

LAW = law_of(*WENZHOU) if isinstance(WENZHOU, tuple) else law_of(WENZHOU)


def about(type_: str, when: str, listing: str = "G-1", **data: Any) -> Fact:
    """One word about a listing of 瑞安."""
    words = {"subject": {"kind": "area", "id": "330381001"}, "level": "city", "batch": "2020-1", "until": "2020-04-10"}
    if type_ != "listing.opened":
        words = {}
    return fact(type_, when, tenant="330381", listing_id=listing, **(words | data))


@pytest.mark.parametrize(
    ("facts", "now", "state", "extended"),
    [
        pytest.param([], "2020-04-10", "running", 0, id="its last day"),
        pytest.param([], "2020-04-11", "expired", 0, id="the day after"),
        pytest.param(
            [about("listing.extended", "2020-04-05", until="2020-05-01", approver="u1")], "2020-04-11", "running", 1, id="put off"
        ),
        pytest.param([about("listing.lifted", "2020-04-09", accepted_by="u1")], "2020-04-11", "lifted", 0, id="accepted"),
    ],
)  # fmt: skip
def test_a_township_is_listed(facts: list[Fact], now: str, state: str, extended: int) -> None:
    """With its batch, its level and the end of its term."""
    cases = told(LAW, about("listing.opened", "2020-03-20"), *facts, until=now)
    (one,) = [listed(one, ["referral", "referral"], moment(now)) for _, one in states(LAW, cases, "listing")]

    assert (one.kind, one.subject, one.batch, one.level) == ("area", "330381001", "2020-1", "city")
    assert (one.state, one.extended, one.consequences) == (state, extended, ("referral",))


def test_batches_are_counted_by_level_and_kind() -> None:
    """And what has expired comes first."""
    facts = [
        about("listing.opened", "2020-03-20"),
        about("listing.opened", "2020-03-20", "G-2", until="2020-06-01"),
        about("listing.opened", "2020-03-20", "G-3", subject={"kind": "project", "id": "P-1"}, level="county"),
    ]
    cases = told(LAW, *facts, until="2020-05-01")
    found = in_order(listed(one, (), moment("2020-05-01")) for _, one in states(LAW, cases, "listing"))

    assert [(one.listing_id, one.state) for one in found] == [
        ("G-1", "expired"),
        ("G-3", "expired"),
        ("G-2", "running"),
    ]
    assert [(one.level, one.kind, one.running, one.expired) for one in batches(found)] == [
        ("city", "area", 1, 1), ("county", "project", 0, 1),
    ]  # fmt: skip
