"""Waiting ends as soon as all is ready, and names what was not."""

from collections.abc import Iterator

from deploy.local import readiness
from deploy.local.readiness import Probe, Seen


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def after(rounds: int) -> Iterator[bool]:
    """No, no, ..., then yes."""
    for _ in range(rounds):
        yield False
    while True:
        yield True


def probe(name: str, rounds: int) -> Probe:
    answers = after(rounds)
    return Probe(name=name, is_ready=lambda: next(answers))


def test_each_is_reported_when_it_becomes_ready() -> None:
    """The quick one first, with its own time; nobody is asked again."""
    time = Time()

    seen = list(
        readiness.wait([probe("slow", 5), probe("quick", 0)], within=10, monotonic=time.monotonic, sleep=time.sleep)
    )

    assert [item.name for item in seen] == ["quick", "slow"]
    assert [round(item.after or 0, 1) for item in seen] == [0.0, 1.2]


def test_what_is_not_ready_in_time_is_named() -> None:
    """The others are reported all the same."""
    time = Time()

    seen = list(
        readiness.wait(
            [probe("never", 10_000), probe("quick", 1)], within=3, monotonic=time.monotonic, sleep=time.sleep
        )
    )

    assert seen[0].name == "quick"
    assert seen[1:] == [Seen(name="never", after=None)]


def test_nothing_to_wait_for_takes_no_time() -> None:
    """An empty list is ready."""
    time = Time()

    assert list(readiness.wait([], within=3, monotonic=time.monotonic, sleep=time.sleep)) == []
    assert time.now == 100.0
