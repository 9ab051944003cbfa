"""A case keeps facts so that they can be folded again, corrected and voided, in any order of arrival."""

import msgspec
import pytest

from services.escalation.core.heard import Heard, hear, in_order
from tests.unit.services.escalation.stories import fact, moment, report, run


def heard(
    id_: str, when: str, data: bytes = b'{"a": 1}', *, known: str | None = None, correction: str | None = None
) -> Heard:
    recorded = moment(known or when)
    return Heard(id_, "/tests", "hazard.reported.v1", moment(when), recorded, recorded, "331081003", data, correction)


def test_fields_sent_as_null_say_nothing() -> None:
    """Null is absent, wherever it stands; the word in a text is left alone."""
    one = fact("hazard.reported", "05-08", hazard_id="H-1", criterion=None, site={"id": "S", "uscc": None}, note="null")

    assert msgspec.json.decode(hear(one).data) == {"hazard_id": "H-1", "site": {"id": "S"}, "note": "null"}


def test_a_report_with_nulls_is_read() -> None:
    """An upstream system that writes every field, empty or not, is understood."""
    one = fact(
        "hazard.reported", "05-08", hazard_id="H-1", level="major", category="x", description="y", site_id="S",
        sector="工贸", found_by="undercover", criterion=None, inspection_id="", rectify_by=None, campaign=None,
    )  # fmt: skip

    rules = {record.rule for record in run(one, until="05-09")}

    assert rules == {"major_hazard", "instant_report", "joint_supervision"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([heard("b", "05-02"), heard("a", "05-01")], ["a", "b"], id="by time"),
        pytest.param(
            [heard("b", "05-01"), heard("a", "05-01", known="05-03")], ["b", "a"], id="then by when it was recorded"
        ),
        pytest.param([heard("b", "05-01"), heard("a", "05-01")], ["a", "b"], id="then by id"),
        pytest.param(
            [heard("a", "05-01"), heard("c", "05-02", b"{}", correction="a")], [], id="an empty correction voids"
        ),
        pytest.param([heard("c", "05-02", b"{}", correction="a"), heard("a", "05-01")], [], id="whichever came first"),
        pytest.param(
            [heard("c", "05-02", b'{"x": 2}', correction="a")], ["c"], id="a correction alone stands for its event"
        ),
    ],
)
def test_facts_stand_in_the_order_in_which_things_happened(facts: list[Heard], expected: list[str]) -> None:
    """Order of arrival plays no part."""
    assert [one.id for one in in_order(facts)] == expected


def test_of_several_corrections_the_latest_recorded_counts() -> None:
    """Whatever order they arrive in; the event keeps its own time."""
    first, second = heard("c1", "05-02", b'{"x": 1}', correction="a"), heard("c2", "05-03", b'{"x": 2}', correction="a")
    corrected = in_order([second, first, heard("a", "05-01")])

    assert [(one.id, one.time, one.data) for one in corrected] == [("a", moment("05-01"), b'{"x": 2}')]


def test_a_correction_of_a_correction_reaches_the_event() -> None:
    """The chain is followed to its beginning."""
    facts = [
        heard("a", "05-01"),
        heard("c1", "05-02", b'{"x": 1}', correction="a"),
        heard("c2", "05-03", b'{"x": 2}', correction="c1"),
    ]

    assert [(one.id, one.data) for one in in_order(facts)] == [("a", b'{"x": 2}')]


def test_two_corrections_of_each_other_end() -> None:
    """A circle of corrections is nonsense, and no endless loop."""
    facts = [heard("c1", "05-02", correction="c2"), heard("c2", "05-03", correction="c1")]

    assert len(in_order(facts)) <= 2


def test_late_is_more_than_a_day() -> None:
    """Recorded exactly twenty-four hours later is not late."""
    late = [heard("a", "05-01", known=known).is_late for known in ("05-02", "05-02 00:01")]

    assert late == [False, True]


def test_the_report_is_the_same_under_a_second_name() -> None:
    """The subject of a type is the type without its version."""
    assert hear(report("05-08")).subject == "hazard.reported"
