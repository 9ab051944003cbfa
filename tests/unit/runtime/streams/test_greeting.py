"""A worker waits for the brokers and says what is wrong when it changes, and again every half minute."""

from collections.abc import Iterator, Sequence

import pytest

from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, PEOPLE_FACTS
from runtime.errors import Unavailable
from runtime.streams.greeting import PAUSE, REMIND, greet, needed


class Brokers:
    """Answers in turn: an error, or the topics that are forbidden."""

    def __init__(self, answers: Iterator[str | list[str]]) -> None:
        self._answers = answers
        self.opened = self.closed = 0

    def open(self) -> "Brokers":
        self.opened += 1
        self.answer = next(self._answers)
        if isinstance(self.answer, str):
            raise Unavailable(self.answer)
        return self

    def forbidden(self, names: Sequence[str]) -> list[str]:
        assert isinstance(self.answer, list)
        return [name for name in names if name in self.answer]

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param([[]], [], id="all is well"),
        pytest.param(["away", "away", []], ["away"], id="the same is said once"),
        pytest.param(["away", ["t"], []], ["away", "me has no right to topic t: `bihuan acls` prints what it needs"],
                     id="something else at once"),
        pytest.param(["away"] * (int(REMIND / PAUSE) + 2) + [[]], ["away", "away"], id="and again after half a minute"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(answers: list[str | list[str]], told: list[str]) -> None:
    """Until nothing is; every connection that was opened is closed."""
    brokers, said, slept = Brokers(iter(answers)), list[str](), list[float]()

    greet(brokers.open, ["t"], user="me", sleep=slept.append, tell=said.append)

    assert said == told
    assert len(slept) == len(answers) - 1
    assert brokers.closed == len([answer for answer in answers if isinstance(answer, list)])


def test_a_worker_needs_what_it_reads_and_what_its_relay_writes() -> None:
    """Each once."""
    assert needed("escalation", [HAZARD_FACTS]) == (HAZARD_FACTS, PEOPLE_FACTS, ESCALATION_FACTS)
    assert needed("toys", ["toys.in"]) == ("toys.in",)
