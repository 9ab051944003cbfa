"""An important matter is what its event says, as corrected (S1-14)."""

from services.escalation.core.cases.matter import fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import fact
from tests.unit.services.escalation.visits import correcting, voiding

FIRST = fact("matter.reported", "05-08", id_="M-1", description="水源中断", urgency="urgent")


def test_the_correction_says_what_it_is() -> None:
    """It keeps the event's own id and time."""
    better = correcting(fact("matter.reported", "05-09", id_="M-1b", description="水源已恢复"), FIRST)
    matter = fold([hear(FIRST), hear(better)])
    assert matter is not None

    assert (matter.description, matter.urgency, matter.told.id, matter.told.time) == (
        "水源已恢复",
        "",
        "M-1",
        FIRST.time,
    )


def test_a_voided_matter_is_none() -> None:
    """It never was."""
    assert fold([hear(FIRST), hear(voiding(FIRST, "05-09"))]) is None
