"""Counts add up, whatever they are grouped by."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.core.standing import AWAITING_WORK, State
from services.reporting.core.summary import Counts, Group, Tally, area_column, by_group, count, ranked, total_of


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    state = draw(st.sampled_from(list(State)))
    return Tally(
        group=draw(st.sampled_from(["331081001", "331081002", "331081003"])),
        level=draw(st.sampled_from(["general", "major"])),
        state=str(state),
        overdue=state in AWAITING_WORK and draw(st.booleans()),
        hazards=draw(st.integers(0, 1000)),
    )


@given(st.lists(tallies()))
def test_the_groups_add_up_to_the_total(found: list[Tally]) -> None:
    """The sum over areas is the sum over all rows."""
    assert total_of(count(tally) for tally in found) == total_of(by_group(found).values())


@given(st.lists(tallies()))
def test_open_closed_and_withdrawn_are_everything(found: list[Tally]) -> None:
    """Overdue, awaiting and failed are parts of open; major ones are parts of theirs."""
    total = total_of(by_group(found).values())

    assert total.reported == total.open + total.closed + total.withdrawn
    assert total.overdue <= total.open
    assert total.awaiting_reinspection + total.failed <= total.open
    assert (total.major_open <= total.open, total.major_overdue <= total.overdue) == (True, True)


def test_most_overdue_stands_first() -> None:
    """Then most open, then most of all, then by code."""
    groups = [
        Group(code="d", name="", counts=Counts(reported=9, open=3, overdue=1)),
        Group(code="c", name="", counts=Counts(reported=9, open=5)),
        Group(code="b", name="", counts=Counts(reported=5, open=5)),
        Group(code="a", name="", counts=Counts(reported=5, open=5)),
    ]

    assert "dcab" == "".join(group.code for group in ranked(groups))


def test_a_scope_is_shown_by_the_first_level_that_divides_it() -> None:
    """Several cities by city, one city by its counties, one county by its towns."""
    assert ["city", "county", "tenant"] == [area_column(2, 9), area_column(1, 9), area_column(1, 1)]
