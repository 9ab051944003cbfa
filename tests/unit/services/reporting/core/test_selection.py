"""A selection and a cut say what counts, at both ends."""

from datetime import timedelta

import pytest

from contracts.divisions import load
from services.reporting.core.rows import HazardRow, row_of
from services.reporting.core.scope import Scope
from services.reporting.core.selection import Cut, Selection
from services.reporting.core.standing import fold
from tests.unit.services.reporting.facts import BASE, at, follow, reported

DIVISIONS = load()


def row(*more: object) -> HazardRow:
    standing = fold([reported(), *more], "H-1", DIVISIONS.is_within)  # type: ignore[list-item]
    assert standing
    return row_of(standing, area=DIVISIONS.columns_of(standing.tenant), site=None, overdue_since=None)


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        pytest.param(Selection(), True, id="everything"),
        pytest.param(Selection(reported_from=BASE), True, id="the first moment counts"),
        pytest.param(Selection(reported_until=BASE), False, id="the last does not"),
        pytest.param(Selection(scope=Scope("county", "331081")), True, id="its county"),
        pytest.param(Selection(scope=Scope("tenant", "331081003")), True, id="its town"),
        pytest.param(Selection(scope=Scope("tenant", "331081004")), False, id="another town"),
        pytest.param(Selection(scope=Scope("city", "330400")), False, id="another city"),
        pytest.param(Selection(found_by=("undercover",)), False, id="found otherwise"),
        pytest.param(Selection(open=False), False, id="it is open"),
        pytest.param(Selection(level="major"), False, id="it is general"),
        pytest.param(Selection(sector="工贸"), True, id="its sector"),
    ],
)
def test_each_word_of_a_selection_counts(wanted: Selection, admitted: bool) -> None:
    """A county's scope does not hold another's hazards."""
    assert admitted == wanted.admits(row())


def test_what_was_withdrawn_counts_only_where_asked_for() -> None:
    """It was a mistake."""
    gone = row(follow("withdrawn", at("2023-05-09 09:00"), reason="重复"))

    assert [False, True] == [Selection(standing=standing).admits(gone) for standing in (True, False)]


def test_a_cut_counts_what_was_known() -> None:
    """At the very moment too."""
    fact = reported()

    assert Cut(known=fact.known_at).holds(fact)
    assert not Cut(known=fact.known_at - timedelta(seconds=1)).holds(fact)


def test_a_fold_up_to_a_moment_takes_corrections_of_what_happened_before_it() -> None:
    """A correction of the next day counts on the day of what it corrects; what happened the next day does not."""
    facts = [
        reported(),
        reported(at("2023-05-09 10:00"), event_id="fix", correction="report", level="major"),
        follow("rectified", at("2023-05-09 11:00"), by="乙一"),
    ]

    standing = fold(facts, "H-1", DIVISIONS.is_within, happened=at("2023-05-09 00:00"))

    assert standing
    assert ("major", "reported") == (standing.level, standing.state)
