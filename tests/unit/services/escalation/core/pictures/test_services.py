"""Help that was asked for and given stands beside what would punish (S1-12, S1-20)."""

from services.escalation.core.heard import hear
from services.escalation.core.pictures.services import ledger
from tests.unit.services.escalation.stories import fact
from tests.unit.services.escalation.visits import correcting

FIRST = fact("service.given", "05-08 10:00", site_id="S-1", kind="advice", description="指导用电安全")
SECOND = fact("service.given", "05-20 10:00", site_id="S-1", kind="training", description="班前培训")


def test_the_newest_stands_first() -> None:
    """Other facts of the site are no help."""
    other = fact("enforcement.recorded", "05-21", site_id="S-1", document_no="1", kind="order")

    found = ledger([hear(one) for one in (SECOND, other, FIRST)])

    assert [(one.kind, one.description) for one in found] == [("training", "班前培训"), ("advice", "指导用电安全")]


def test_a_corrected_entry_is_as_it_is_now() -> None:
    """And a voided one was never given."""
    better = correcting(fact("service.given", "05-09", site_id="S-1", kind="advice", description="指导用气安全"), FIRST)
    void = correcting(fact("service.given", "05-22"), SECOND)

    assert [one.description for one in ledger([hear(one) for one in (FIRST, SECOND, better, void)])] == ["指导用气安全"]
