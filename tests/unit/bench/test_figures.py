"""The pure parts of the benchmark: tables, ratios, percentiles and the mix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Figure, decides, percentile, ratio_line, ratios, table


def figure(key: str, rate: float | None = None, **more: object) -> Figure:
    return Figure(part=key[0], key=key, what=f"what {key}", rate=rate, **more)  # type: ignore[arg-type]


def test_a_line_says_what_was_measured_and_nothing_else() -> None:
    """A figure's line has the unit beside each number and leaves out what was not measured."""
    expected = "(b) what b1: 12,346 events/s, 81 us worker CPU/event, 299 MB, 1.3 load, a note"
    assert expected == figure("b1", 12345.6, worker_cpu=80.5001, memory=299.0, load=1.26, note="a note").line()


def test_a_table_has_its_numbers_below_each_other() -> None:
    """Words stand to the left, numbers to the right, below the name of their column."""
    lines = table([figure("a1", 9.0, note="x"), figure("b1", 12345.0)]).splitlines()
    assert [lines[0].index("events/s") + len("events/s")] * 2 == [
        lines[1].index("9") + 1,
        lines[2].index("12,345") + len("12,345"),
    ]
    assert lines[0].index("what") == lines[1].index("what a1") == lines[2].index("what b1")


def test_ratios_are_taken_pair_by_pair() -> None:
    """The first of one measurement stands over the first of the other; one without a partner is left out."""
    found = [figure("b1", 10.0), figure("a1", 20.0), figure("b1", 30.0), figure("a1", 40.0), figure("b1", 50.0)]
    assert [0.5, 0.75] == ratios(found, "b1", "a1")


def test_a_ratio_says_its_median_and_its_pairs() -> None:
    """One pair is a number, several are a median with every pair beside it, none is said to be missing."""
    assert ratio_line("b1 / a1", [0.5], ">= 0.7") == "b1 / a1 = 0.50, expected >= 0.7"
    assert ratio_line("b1 / a1", [0.5, 0.7, 0.9], ">= 0.7") == (
        "b1 / a1 = 0.70, expected >= 0.7 (pairs: 0.50, 0.70, 0.90)"
    )
    assert ratio_line("b1 / a1", [], ">= 0.7") == "b1 / a1: not measured"


def test_percentiles_are_values_that_were_measured() -> None:
    """The nearest rank: of a hundred values the 99th is p99, of one value it is that value."""
    values = [float(number) for number in range(100, 0, -1)]
    assert (50.0, 99.0, 100.0) == (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1))
    assert percentile([3.0], 0.01) == 3.0


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_a_percentile_of_nothing_is_refused(values: list[float], share: float) -> None:
    """There is no value to give for no values, and none for a share outside (0, 1]."""
    with pytest.raises(ValueError, match=r"values|share"):
        percentile(values, share)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_the_smallest_that_covers_its_share(values: list[float], share: float) -> None:
    """At least the share lies at or below it, and less than the share strictly below."""
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values) + 1e-6


@given(st.integers(1, 2000), st.sampled_from([0.2, 0.4, 0.5, 1.0]))
def test_the_mix_is_even_at_every_length(events: int, share: float) -> None:
    """However many events are taken, the number that decide is the share of them, rounded down."""
    assert int(events * share + 1e-9) == sum(decides(number, share) for number in range(events))
