"""Accidents within a span are counted from the earlier one's day (S3-22, S2-18)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.escalation.core.calendar import WorkCalendar, add_months
from services.escalation.core.cases.accident import Accident, fold
from services.escalation.core.cases.area import rows
from services.escalation.core.heard import hear
from services.escalation.core.terms import Span
from tests.unit.services.escalation.accidents import accident
from tests.unit.services.escalation.stories import all_divisions, moment

QUARTER = Span(count=3, unit="month")


def known(number: int, days: int, liability: str) -> Accident:
    when = f"{moment('2021-06-01') + timedelta(days=days):%Y-%m-%d %H:%M}"
    fact = hear(accident(when, f"A-{number}", liability=liability))
    found = fold(f"A-{number}", "", [fact], committee="371000", divisions=all_divisions())
    assert found is not None
    return found


HISTORIES = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(["liable", "pending", "not_liable"])), max_size=8
).map(lambda told: [known(place, *one) for place, one in enumerate(sorted(told))])


@given(HISTORIES, st.integers(2, 4))
def test_every_row_is_full_and_lies_within_its_span(accidents: list[Accident], count: int) -> None:
    """Counted over again by hand, from the other end."""
    for row in rows(accidents, count, QUARTER, WorkCalendar()):
        assert len(row.all) >= count
        assert all(row.last.day <= add_months(one.day, 3) for one in row.earlier)
        assert all(one.counts for one in row.all)
        assert not row.firm or sum(one.is_liable for one in row.all) >= count


@given(HISTORIES)
def test_settling_responsibility_never_adds_a_row(accidents: list[Accident]) -> None:
    """What is pending counts as if somebody answered, provisionally: clearing it can only take rows away."""
    settled = [one for one in accidents if one.is_liable]

    firm = {row.last.key for row in rows(settled, 2, QUARTER, WorkCalendar())}
    assert firm == {row.last.key for row in rows(accidents, 2, QUARTER, WorkCalendar()) if row.firm}
