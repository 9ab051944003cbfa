"""A listing runs from its opening over its extensions to its lifting, in rounds (S0-17)."""

from typing import Any

from contracts.facts import Fact
from services.escalation.core.cases.listing import Listing, fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import all_divisions, fact, moment


def word(kind: str, when: str, tenant: str = "330302", **data: Any) -> Fact:
    words = {"listing_id": "G-1"} | data
    return fact(f"listing.{kind}", when, tenant=tenant, id_=f"{kind}/{when}", **words)


def opened(when: str, until: str, **data: Any) -> Fact:
    words = {"subject": {"kind": "area", "id": "330302001"}, "level": "county", "until": until} | data
    return word("opened", when, **words)


def folded(*facts: Fact) -> Listing | None:
    return fold("G-1", [hear(one) for one in facts], all_divisions())


def test_a_listing_keeps_its_terms_and_rounds() -> None:
    """An extension is a further term of the same round; what is opened after the lifting is the next round."""
    listing = folded(
        opened("2020-03-28", "2020-04-10", batch="1", **{"class": "A"}),
        word("extended", "2020-04-08", until="2020-05-10", approver="x"),
        word("lifted", "2020-05-05", accepted_by="x"),
        opened("2020-06-01", "2020-07-10"),
    )
    assert listing is not None

    assert [[term.due for term in listed.terms] for listed in listing.rounds] == [
        [moment("2020-04-11"), moment("2020-05-11")],
        [moment("2020-07-11")],
    ]
    assert [listed.end for listed in listing.rounds] == [moment("2020-05-05"), None]


def test_the_latest_opening_says_what_is_listed() -> None:
    """A second opening while it runs is told anew: it is the same round with a further term."""
    listing = folded(
        opened("2020-03-28", "2020-04-10"), opened("2020-03-30", "2020-04-20", level="city", hazard_ids=["H-1"])
    )
    assert listing is not None

    assert (listing.level, listing.hazard_ids, len(listing.rounds), len(listing.rounds[0].terms)) == (
        "city",
        ("H-1",),
        1,
        2,
    )


def test_nobody_opened_it() -> None:
    """A lifting or an extension alone is no listing, nor is another listing's opening."""
    assert folded(word("lifted", "2020-05-05", accepted_by="x")) is None
    assert folded(opened("2020-03-28", "2020-04-10", listing_id="G-2")) is None


def test_a_second_lifting_changes_nothing() -> None:
    """What was lifted stays lifted at its first moment."""
    listing = folded(
        opened("2020-03-28", "2020-04-10"),
        word("lifted", "2020-04-05", accepted_by="x"),
        word("lifted", "2020-04-09", accepted_by="x"),
        word("extended", "2020-04-09", until="2020-06-10", approver="x"),
    )
    assert listing is not None

    assert (listing.rounds[0].end, len(listing.rounds[0].terms), len(listing.rounds)) == (moment("2020-04-05"), 1, 1)
