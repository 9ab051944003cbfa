"""A notice tells its own decision, or those of a digest."""

import pytest

from services.reporting.core.notified import read_notice
from tests.unit.services.reporting.facts import BASE, saying

NOTICE = {
    "notice_id": "n-1",
    "at": BASE.isoformat(),
    "tenant": "331081003",
    "committee": "331081",
    "channel": "email",
    "recipient": "person-1",
    "state": "delivered",
    "attempt": 1,
}


@pytest.mark.parametrize(
    ("own", "digest", "told"),
    [("d-1", [], ("d-1",)), ("", ["d-1", "d-2"], ("d-1", "d-2")), ("d-1", ["d-1", "d-2"], ("d-1", "d-2"))],
)
def test_a_notice_names_what_it_tells_once(own: str, digest: list[str], told: tuple[str, ...]) -> None:
    """Its own decision first, then those of the digest."""
    envelope = saying("notice.recorded", {**NOTICE, "decision_id": own, "decisions": digest}, number=7)

    assert (told, (1, 7)) == (read_notice(envelope).decisions, read_notice(envelope).place)


def test_a_notice_that_cannot_be_read_raises() -> None:
    """A state nobody knows is refused."""
    with pytest.raises(ValueError, match="Invalid enum value"):
        read_notice(saying("notice.recorded", {**NOTICE, "state": "perhaps", "decision_id": "d"}))
