"""An accident is what its last word says; what it does not say is unknown, never 0 (L1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.escalation.core.cases.accident import Accident, Grade, area_of, fold, grade_of
from services.escalation.core.heard import hear
from tests.unit.services.escalation.accidents import accident, corrected, void
from tests.unit.services.escalation.stories import all_divisions, moment

AT = "2021-07-01 08:00"
COUNTS = st.none() | st.integers(0, 200)


@pytest.mark.parametrize(
    ("deaths", "injuries", "loss", "grade"),
    [
        pytest.param(None, None, None, Grade.UNKNOWN, id="nothing is known"),
        pytest.param(0, None, None, Grade.ORDINARY, id="no death is known to be none"),
        pytest.param(2, 9, 9_999_999, Grade.ORDINARY, id="just below larger"),
        pytest.param(3, None, None, Grade.LARGER, id="three deaths"),
        pytest.param(None, 10, None, Grade.LARGER, id="ten serious injuries"),
        pytest.param(None, None, 10_000_000, Grade.LARGER, id="ten million yuan"),
        pytest.param(9, 49, 49_999_999, Grade.LARGER, id="just below major"),
        pytest.param(10, None, None, Grade.MAJOR, id="ten deaths"),
        pytest.param(None, 50, None, Grade.MAJOR, id="fifty serious injuries"),
        pytest.param(None, None, 50_000_000, Grade.MAJOR, id="fifty million yuan"),
        pytest.param(29, 99, 99_999_999, Grade.MAJOR, id="just below extraordinary"),
        pytest.param(30, None, None, Grade.EXTRAORDINARY, id="thirty deaths"),
        pytest.param(None, 100, None, Grade.EXTRAORDINARY, id="a hundred serious injuries"),
        pytest.param(None, None, 100_000_000, Grade.EXTRAORDINARY, id="a hundred million yuan"),
        pytest.param(1, 100, 0, Grade.EXTRAORDINARY, id="the highest figure decides"),
    ],
)
def test_grades(deaths: int | None, injuries: int | None, loss: float | None, grade: Grade) -> None:
    """以上 includes the number, 以下 does not."""
    assert grade == grade_of(deaths, injuries, loss)


@given(COUNTS, COUNTS, st.none() | st.floats(0, 2e8))
def test_a_figure_that_becomes_known_never_lowers_the_grade(
    deaths: int | None, injuries: int | None, loss: float | None
) -> None:
    """Unknown is below every grade."""
    assert grade_of(deaths, injuries, loss) >= grade_of(deaths, None, loss)
    assert grade_of(deaths, injuries, loss) >= grade_of(None, injuries, None)


def folded(*facts: Fact) -> Accident | None:
    return fold("A-1", "", [hear(one) for one in facts], committee="371000", divisions=all_divisions())


def deaths_of(*facts: Fact) -> int | None:
    found = folded(*facts)
    assert found is not None
    return found.deaths


@pytest.mark.parametrize(
    ("facts", "deaths"),
    [
        pytest.param([accident(AT, deaths=1), accident(AT, known="2021-07-05", deaths=2)], 2, id="recorded later"),
        pytest.param([accident(AT, known="2021-07-05", deaths=2), accident(AT, deaths=1)], 2, id="whatever came last"),
        pytest.param(
            [accident(AT, deaths=1, id_="a"), accident(AT, deaths=2, id_="b")],
            2,
            id="recorded at once: the last to arrive",
        ),
        pytest.param(
            [accident(AT, deaths=2, id_="b"), accident(AT, deaths=1, id_="a")], 1, id="and the other way round"
        ),
        pytest.param([accident(AT, deaths=1.0)], 1, id="a count written as 1.0"),
        pytest.param(
            [accident(AT, deaths=1), accident(AT, known="2021-07-05", deaths=None)], None, id="whole: unknown again"
        ),
        pytest.param(
            [accident(AT, deaths=1, id_="a"), corrected(accident("2021-07-09", deaths=3, id_="c"), "a")],
            3,
            id="a correction of the only event",
        ),
        pytest.param(
            [
                accident(AT, deaths=1, id_="a"),
                accident(AT, known="2021-07-05", deaths=2, id_="b"),
                corrected(accident("2021-07-09", deaths=3, id_="c"), "a"),
            ],
            3,
            id="a correction recorded after the last event",
        ),
        pytest.param(
            [
                accident(AT, deaths=1, id_="a"),
                accident(AT, known="2021-07-05", deaths=2, id_="b"),
                void("b", "2021-07-09"),
            ],
            1,
            id="the last event is voided: the one before counts again",
        ),
        pytest.param(
            [accident(AT, deaths=1), accident(AT, known="2021-07-05", deaths=2, tenant="371082")],
            1,
            id="another area's word",
        ),
        pytest.param(
            [accident(AT, deaths=1), accident(AT, known="2021-07-05", deaths=2, tenant="370000")],
            2,
            id="the province's word",
        ),
    ],
)
def test_the_last_word_counts_whole(facts: list[Fact], deaths: int | None) -> None:
    """Latest recorded, then last arrived; only from the unit in charge and those above it."""
    assert deaths_of(*facts) == deaths


def test_nothing_is_known_of_a_voided_accident() -> None:
    """It never was."""
    assert folded(accident(AT, id_="a"), void("a", "2021-07-09")) is None
    assert folded() is None


def test_a_correction_to_another_accidents_id_leaves_nothing_here() -> None:
    """The event was about another accident all along."""
    wrong = accident(AT, id_="a")

    assert folded(wrong, corrected(accident("2021-07-09", "A-2", id_="c"), "a")) is None


def test_an_accident_first_told_from_above_is_taken_up_by_the_unit_in_charge() -> None:
    """The city's first word names no area; the area's own word does."""
    found = folded(accident(AT, tenant="371000"), accident(AT, known="2021-07-02", tenant="371083001"))

    assert found is not None
    assert (found.tenant, found.area) == ("371083001", "371083")


def test_the_last_word_tells_the_time_too() -> None:
    """A wrong hour is mended by a second word."""
    found = folded(accident(AT), accident("2021-06-30 23:00", known="2021-07-02"))

    assert found is not None
    assert found.time == moment("2021-06-30 23:00")


@pytest.mark.parametrize(
    ("tenant", "committee", "area"),
    [
        pytest.param("371083", "371000", "371083", id="a county"),
        pytest.param("371083001", "371000", "371083", id="a town"),
        pytest.param("371083001002", "371000", "371083", id="a village"),
        pytest.param("371071", "371000", "371071", id="a zone"),
        pytest.param("371000", "371000", "371000", id="the committee itself"),
        pytest.param("371081", "371000", "371003", id="a code that another took over from"),
        pytest.param("371099", "371000", "371099", id="an unknown county"),
        pytest.param("331081003", "331081", "331081003", id="a town of a county-level committee"),
        pytest.param("331081003201", "331081", "331081003", id="a village of one"),
    ],
)
def test_an_area_lies_directly_below_the_committee(tenant: str, committee: str, area: str) -> None:
    """By the table, never by cutting the code."""
    assert area_of(tenant, committee, all_divisions()) == area


@pytest.mark.parametrize(
    ("category", "families", "belongs"),
    [
        pytest.param("industrial", ("industrial",), True, id="the family itself"),
        pytest.param("industrial.mine.coal", ("industrial",), True, id="far below it"),
        pytest.param("industrial", ("industrial.mine",), False, id="above it"),
        pytest.param("road", ("industrial", "road"), True, id="one of several"),
        pytest.param("drone", (), True, id="no family means any"),
    ],
)
def test_categories_are_a_tree(category: str, families: tuple[str, ...], belongs: bool) -> None:
    """A rule that names a family means all below it."""
    found = folded(accident(AT, category=category))

    assert found is not None
    assert found.belongs_to(families) == belongs
