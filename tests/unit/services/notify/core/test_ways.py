"""When a provider counts as dead for long."""

from datetime import datetime, timedelta

import pytest

from services.notify.core.roster_table import CHANNELS
from services.notify.core.ways import FRESH, WORDS, Detour, Outage, word
from tests.unit.services.notify.given import NOW, later

DETOUR = Detour(after=timedelta(minutes=30))


@pytest.mark.parametrize(
    ("since", "failed_at", "dead"),
    [
        pytest.param(later(minutes=-30), NOW, True, id="exactly as long as it may"),
        pytest.param(later(minutes=-30, seconds=1), NOW, False, id="a moment less"),
        pytest.param(later(days=-1), NOW - FRESH, True, id="asked lately enough"),
        pytest.param(later(days=-1), NOW - FRESH - timedelta(seconds=1), False, id="nobody has asked it for long"),
    ],
)
def test_a_provider_is_dead_for_long(since: datetime, failed_at: datetime, dead: bool) -> None:
    """Since when it answers nothing, and when it was asked last."""
    outage = Outage(channel="email", provider="", since=since, failed_at=failed_at)

    assert outage.is_dead(DETOUR, NOW) is dead


def test_every_channel_of_the_roster_has_a_name() -> None:
    """What a roster can hold an address for; a word that is none stands for itself."""
    assert set(CHANNELS.values()) == set(WORDS)
    assert (word("sms"), word("pigeon")) == ("短信", "pigeon")
