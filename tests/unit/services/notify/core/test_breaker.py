"""A provider that does not answer is left alone, and one message asks for all."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.core.breaker import FIRST_REST, LONGEST_REST, TRUSTED_FOR, Breaker
from services.notify.core.retry import Outcome, Result
from tests.unit.services.notify.given import NOW

DOWN = Outcome(result=Result.TEMPORARY, answer="ClientConnectorError", down=True)
BUSY = Outcome(result=Result.TEMPORARY, answer="310000 sign not match")
YES = Outcome(result=Result.DELIVERED)


def dead(failures: int = TRUSTED_FOR) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        breaker = breaker.after(DOWN, NOW)
    return breaker


def test_a_provider_is_trusted_for_a_few_failures() -> None:
    """One that stumbles is asked again at once."""
    assert dead(TRUSTED_FOR - 1).closed_until(NOW) is None
    assert dead().closed_until(NOW) == NOW + FIRST_REST


def test_one_message_asks_for_all() -> None:
    """After the rest the first may leave; the others wait for its answer."""
    later = NOW + FIRST_REST
    asking = dead().left(later)

    assert (dead().closed_until(later), asking.closed_until(later)) == (None, later + FIRST_REST)


def test_an_answer_ends_the_rest() -> None:
    """Whatever it says: who refuses a signature is there."""
    later = NOW + FIRST_REST

    assert [dead().left(later).after(word, later) for word in (YES, BUSY)] == [Breaker(), Breaker()]


def test_each_failure_makes_the_rest_longer() -> None:
    """Up to a limit, so that its return is not missed for an hour."""
    rests = [dead(n).closed_until(NOW) for n in range(TRUSTED_FOR, TRUSTED_FOR + 9)]

    spans = [rest - NOW for rest in rests if rest is not None]
    assert spans[:3] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert max(spans) == LONGEST_REST


@given(st.lists(st.sampled_from([DOWN, BUSY, YES]), max_size=40))
def test_nobody_waits_longer_than_the_longest_rest(words: list[Outcome]) -> None:
    """Whatever came before, something may leave within it."""
    breaker = Breaker()
    for word in words:
        breaker = breaker.left(NOW).after(word, NOW)

    until = breaker.closed_until(NOW)
    assert until is None or until - NOW <= LONGEST_REST + timedelta(0)
