"""Facts are read tolerantly, corrected by the latest word, and sorted the same way in any order of arrival."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Fact
from services.reporting.core.said import arrival, corrected, in_order, read
from tests.unit.services.reporting.facts import at, fact, follow, reported, saying


def test_unknown_fields_are_skipped() -> None:
    """A field that a newer sender adds does not hide what is known."""
    said = read(follow("rectified", at("2023-05-19 10:00"), by="乙一", drone_video="x"))

    assert said is not None
    assert ("H-1", "乙一") == (said.hazard_id, said.by)


def test_a_field_sent_as_null_is_absent() -> None:
    """Some senders write what they do not know as null, inside the site too."""
    site = {"id": "S-1", "name": "示范机械有限公司", "address": None}

    said = read(saying("hazard.reported", {"hazard_id": "H-1", "level": "general", "criterion": None, "site": site}))

    assert said is not None
    assert ("", "", "S-1") == (said.criterion, said.site.address if said.site else "", said.site_key)


def test_a_site_may_be_named_by_its_id_alone() -> None:
    """A report of a registered site."""
    said = read(saying("hazard.reported", {"hazard_id": "H-1", "site_id": "S-9"}))

    assert said is not None
    assert "S-9" == said.site_key


def test_data_of_another_shape_is_refused() -> None:
    """A list is no data, and a number is no id."""
    for data in ([], {"hazard_id": 5}):
        with pytest.raises(ValueError, match="Expected"):
            read(saying("hazard.reported", data))


def test_empty_data_says_nothing() -> None:
    """Empty data voids."""
    assert read(fact("hazard.reported", correction="report")) is None


def test_a_deadline_that_cannot_be_read_is_refused_when_the_fact_is_read() -> None:
    """An impossible date raises at the door of the fold, so the fold never meets it."""
    with pytest.raises(ValueError, match="no_such_moment"):
        read(reported(rectify_by="2023-13-40"))


def test_a_correction_replaces_the_data_and_keeps_the_time() -> None:
    """The corrected event happened when it happened; only what it says is new."""
    first = reported()
    second = reported(at("2023-05-09 08:00"), event_id="fix", correction="report", description="配电箱未上锁")

    [heard] = in_order([second, first])

    assert heard.said is not None
    assert (first.time, "配电箱未上锁") == (heard.fact.time, heard.said.description)


def test_an_empty_correction_voids_its_event() -> None:
    """A voided event counts for nothing."""
    assert [] == in_order([reported(), fact("hazard.reported", event_id="void", correction="report")])


def test_a_correction_of_a_correction_corrects_the_event_below_both() -> None:
    """The last word counts, however long the chain."""
    chain = [
        reported(),
        reported(event_id="fix-1", correction="report", recorded=at("2023-05-09 08:00"), description="一"),
        reported(event_id="fix-2", correction="fix-1", recorded=at("2023-05-10 08:00"), description="二"),
    ]

    [heard] = in_order(chain)

    assert heard.said is not None
    assert "二" == heard.said.description


def test_corrections_that_name_one_another_do_not_hang() -> None:
    """A ring has no event below it: each stands for itself."""
    ring = corrected([reported(event_id="a", correction="b"), reported(event_id="b", correction="a")])

    assert 2 == len(ring)


def test_of_two_corrections_recorded_at_once_the_later_arrival_counts() -> None:
    """The place in the log settles a tie."""
    facts = [
        reported(),
        reported(event_id="z", correction="report", number=2, recorded=at("2023-05-09 08:00"), description="一"),
        reported(event_id="a", correction="report", number=3, recorded=at("2023-05-09 08:00"), description="二"),
    ]

    [heard] = in_order(facts)

    assert heard.said is not None
    assert "二" == heard.said.description


def test_a_correction_without_its_event_stands_for_it() -> None:
    """What it says is news, whether the event was refused at the door or comes later; the later word counts."""
    second = reported(event_id="fix-2", correction="unknown", recorded=at("2023-05-09 08:00"), description="二")

    [heard] = in_order([second, reported(event_id="fix", correction="unknown", description="一")])

    assert heard.said is not None
    assert ("fix", "二") == (heard.fact.id, heard.said.description)


@given(
    st.permutations(
        [
            reported(number=1),
            follow("rectified", at("2023-05-19 10:00"), event_id="done"),
            reported(event_id="fix", correction="report", number=3, description="一"),
            reported(event_id="fix-2", correction="fix", number=4, description="二"),
            follow("closed", at("2023-05-19 10:00"), event_id="closed"),
        ]
    )
)
def test_the_order_of_arrival_is_of_no_importance(facts: Sequence[Fact]) -> None:
    """Any permutation is heard in the same order with the same words."""
    assert ["report", "closed", "done"] == [heard.fact.id for heard in in_order(facts)]
    assert "二" == next(heard.said.description for heard in in_order(facts) if heard.said)


@pytest.mark.parametrize(("sequence", "place"), [("2:17", (2, 17)), (None, (0, 0))])
def test_the_place_in_the_log_is_a_pair(sequence: str | None, place: tuple[int, int]) -> None:
    """The sequence is (incarnation, number); what was never numbered comes first."""
    import msgspec

    assert place == arrival(msgspec.structs.replace(reported(), sequence=sequence))
