"""What a campaign reached: the first visit of each area, the first listing of each sector (S0-16, S1-23)."""

from services.escalation.core.cases.campaign import fold
from services.escalation.core.contributions import SectorListed, Visited
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import fact

EARLY, LATE = (hear(fact("inspection.completed", day, id_=day)) for day in ("05-02", "05-09"))


def test_the_first_visit_and_the_first_listing_count() -> None:
    """Several teams may reach one area, and a sector may be spelt in several ways."""
    reach = fold(
        "330400",
        [
            Visited((("330482", LATE), ("330421", LATE))),
            Visited((("330482", EARLY),)),
            SectorListed("危险化学品", LATE),
            SectorListed("危化品", EARLY),
        ],
        {"危险化学品": "危化品", "危化品": "危化品"},
    )

    assert (reach.visited, reach.listed) == ({"330482": EARLY, "330421": LATE}, {"危化品": EARLY})
