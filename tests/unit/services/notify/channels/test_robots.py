"""The file of robots: what is missing in it is said at the start, and no key is ever shown."""

import pytest

from services.notify.channels.robots import InvalidRobots, robots_from

CHANNELS = frozenset({"dingtalk", "wecom", "feishu"})


def test_robots_by_channel_and_name() -> None:
    """A secret is asked of those who sign only."""
    found = robots_from(
        '{"dingtalk": {"甲": {"token": "t", "secret": "S"}}, "wecom": {"乙": {"token": "k"}}}', CHANNELS
    )

    assert (found["dingtalk"]["甲"].secret, found["wecom"]["乙"].token) == ("S", "k")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("[]", "not a JSON object"),
        ('{"dingtalk": {"甲": {"token": "hidden-key"}}}', "'甲' has no secret"),
        ('{"wecom": {"甲": {"token": ""}}}', "'甲' has no token"),
        ('{"qq": {"甲": {"token": "hidden-key"}}}', "'qq' is no kind of robot"),
        ('{"wecom": {"甲": {"token": "hidden-key", "webhook": "x"}}}', "not a JSON object"),
    ],
)
def test_what_is_wrong_is_named(document: str, says: str) -> None:
    """The message names the place and the mend, never the key."""
    with pytest.raises(InvalidRobots, match=says) as refused:
        robots_from(document, CHANNELS)

    assert "hidden-key" not in str(refused.value)
