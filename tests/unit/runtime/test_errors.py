"""Errors are three kinds, named by the next act; the special cases are cases of these."""

from runtime.errors import Conflict, NewerVersion, OutcomeUnknown, Rejected, Unavailable


def test_every_error_is_one_of_three_kinds() -> None:
    """Park it, wait, or decide again; whoever knows the three knows them all."""
    assert [Unavailable, Unavailable] == [NewerVersion.__base__, OutcomeUnknown.__base__]
    assert not issubclass(Rejected, Unavailable | Conflict)


def test_errors_carry_what_the_next_act_needs() -> None:
    """A reason and sentences to park with, seconds to wait."""
    rejected = Rejected("undecodable", ["line 3", "not JSON"])

    assert (rejected.reason, rejected.detail) == ("undecodable", ("line 3", "not JSON"))
    assert (Unavailable("away", retry_after=5).retry_after, NewerVersion("v2").retry_after) == (5, 60.0)
