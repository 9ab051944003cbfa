"""A row is the standing with its place, its site's registered name, and what escalation decided."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.divisions import TenantColumns
from contracts.facts import Fact
from services.reporting.core.days import read_deadline
from services.reporting.core.rows import HazardKey, HazardRow, SiteRow, row_of
from services.reporting.core.standing import State, fold
from tests.unit.services.reporting.facts import at, follow, reported

AREA = TenantColumns("330000", "331000", "331081", "331081003")


def row(*later: Fact, site: SiteRow | None = None, overdue_since: datetime | None = None) -> HazardRow:
    standing = fold([reported(), *later], "H-1", lambda own, other: own.startswith(other))
    assert standing is not None
    return row_of(standing, area=AREA, site=site, overdue_since=overdue_since)


def test_a_row_says_where_the_hazard_lies() -> None:
    """The four tenant columns come from the table of divisions."""
    assert HazardKey("331081", "test", "H-1") == row().key
    assert AREA == (row().province, row().city, row().county, row().tenant)


def test_the_registered_name_rules() -> None:
    """A report's spelling gives way to the register's, in search too; a register without address leaves the report's."""
    named = row(site=SiteRow("示范机械（温岭）有限公司"))

    assert ("示范机械（温岭）有限公司", "示范路1号") == (named.site_name, named.address)
    assert "示范机械（温岭）有限公司" in named.search


def test_deadlines_come_back_as_they_were() -> None:
    """What two columns hold reads as one deadline; none stays none."""
    assert read_deadline("2023-05-20") == row().deadline == row().original
    extended = row(follow("extension_decided", at("2023-05-19 09:00"), granted=True, until="2023-06-20T12:00:00+08:00"))
    assert read_deadline("2023-06-20T12:00:00+08:00") == extended.deadline


@pytest.mark.parametrize(
    ("later", "overdue"),
    [
        pytest.param([], True, id="reported"),
        pytest.param([follow("reinspected", at("2023-05-22 09:00"), passed=False)], True, id="failed"),
        pytest.param([follow("rectified", at("2023-05-22 09:00"))], False, id="put right"),
        pytest.param([follow("reinspected", at("2023-05-22 09:00"), passed=True)], False, id="passed"),
        pytest.param([follow("closed", at("2023-05-22 09:00"))], False, id="closed"),
        pytest.param([follow("withdrawn", at("2023-05-22 09:00"))], False, id="withdrawn"),
    ],
)
def test_overdue_needs_a_decision_and_open_work(later: list[Fact], overdue: bool) -> None:
    """A decision that lags behind the facts never makes overdue what is put right or ended."""
    decided = row(*later, overdue_since=at("2023-05-21 00:00"))

    assert (overdue, False) == (decided.overdue, row(*later).overdue)
    assert decided.is_open or not decided.overdue


def test_a_plan_and_an_outcome_have_their_columns() -> None:
    """The plan's target day, and the days frozen at the close-out."""
    closed = row(
        follow("plan_filed", at("2023-05-10 09:00"), target_date="2023-05-19"), follow("closed", at("2023-05-22 09:00"))
    )

    assert ("2023-05-19", -2, False) == (closed.plan_target_date, closed.days_left, closed.in_time)
    assert (State.CLOSED, False) == (closed.standing_state, closed.is_major)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.from_regex(r"[a-z-]{0,8}", fullmatch=True), st.text(min_size=1))
def test_a_full_name_is_read_back(committee: str, namespace: str, hazard_id: str) -> None:
    """Colons in the id itself do no harm."""
    key = HazardKey(committee, namespace, hazard_id)

    assert key == HazardKey.parse(str(key))


@pytest.mark.parametrize("text", ["117", "a:b", "mine:117:x"])
def test_a_bare_id_is_no_full_name(text: str) -> None:
    """A full name begins with a division code and has three parts."""
    assert HazardKey.parse(text) is None
