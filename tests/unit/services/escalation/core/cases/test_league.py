"""A league table is what was published last for its month (S2-17)."""

from services.escalation.core.cases.league import fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.stories import fact


def table(when: str, *ranks: tuple[str, int | None], period: str = "2023-05") -> object:
    rows = [{"unit": unit, "score": 1.5, "rank": rank, "sample": 9} for unit, rank in ranks]
    return hear(fact("league.published", when, tenant="331081", period=period, rows=rows))


def test_the_best_comes_first_and_the_last_table_counts() -> None:
    """Whatever the order in the event."""
    league = fold("2023-05", [table("06-05", ("a", 1), ("b", 2)), table("06-08", ("a", 2), ("b", 1))])  # type: ignore[list-item]
    assert league is not None

    assert league.places == ((1, "b"), (2, "a"))


def test_who_has_no_rank_is_not_compared() -> None:
    """A sample too small for a rank accuses nobody."""
    league = fold("2023-05", [table("06-05", ("a", 1), ("b", None))])  # type: ignore[list-item]
    assert league is not None

    assert league.places == ((1, "a"),)


def test_another_months_table_is_another() -> None:
    """A case knows its own period."""
    assert fold("2023-05", [table("06-05", ("a", 1), period="2023-06")]) is None  # type: ignore[list-item]
