"""A larger accident brings the area's leader to a talk (S3-21), whoever answers for it."""

import pytest

from tests.unit.services.escalation.accidents import accident, decide, told

RULE = "talk_serious_accident"
AT = "2021-07-01 08:00"


@pytest.mark.parametrize(
    ("toll", "calls"),
    [
        pytest.param({"deaths": 2}, False, id="two deaths"),
        pytest.param({"deaths": 3}, True, id="three deaths: 以上 includes the number"),
        pytest.param({"deaths": None, "serious_injuries": 9}, False, id="nine serious injuries"),
        pytest.param({"deaths": None, "serious_injuries": 10}, True, id="ten serious injuries"),
        pytest.param({"deaths": 0, "serious_injuries": 0, "loss_yuan": 9_999_999.99}, False, id="a cent below"),
        pytest.param({"deaths": None, "loss_yuan": 10_000_000}, True, id="ten million yuan exactly"),
        pytest.param({"deaths": 30}, True, id="every higher grade too"),
        pytest.param({"deaths": None}, False, id="nothing is known: unknown is not 0 and not 3"),
        pytest.param({"deaths": 3, "liability": "pending"}, True, id="responsibility may be pending"),
        pytest.param({"deaths": 3, "liability": "not_liable"}, True, id="or be nobody's"),
        pytest.param({"deaths": 3, "category": "road"}, True, id="of any family"),
        pytest.param({"deaths": 3, "tenant": "371071"}, True, id="in a zone"),
        pytest.param({"deaths": 3, "tenant": "371000"}, False, id="the committee does not talk to itself"),
    ],
)
def test_a_larger_accident_calls_for_a_talk(toll: dict[str, object], calls: bool) -> None:
    """Deaths, serious injuries or loss alone make it larger; the proposal falls due at the accident."""
    lines = told(decide(accident(AT, **toll), until="2021-08-01"), RULE)  # type: ignore[arg-type]

    area = toll.get("tenant", "371083")
    assert lines == ([f"{RULE} {area} admonition_talk proposed {AT}"] if calls else [])


def test_an_accident_before_the_notice_calls_nobody() -> None:
    """What happened before 14 May is for self-review (S3-25)."""
    assert told(decide(accident("2021-05-13 23:00", deaths=5), until="2021-08-01"), RULE) == []


def test_a_toll_corrected_down_takes_it_back_and_up_again_proposes_anew() -> None:
    """Each word replaces the one before; the record keeps its id."""
    records = [
        one
        for one in decide(
            accident(AT, deaths=3),
            accident(AT, known="2021-07-05", deaths=2),
            accident(AT, known="2021-07-08", deaths=4),
            until="2021-08-01",
        )
        if one.rule == RULE
    ]

    assert [one.status for one in records] == ["proposed", "retracted", "proposed"]
    assert len({one.decision_id for one in records}) == 1


def test_an_accident_told_by_another_area_is_not_moved_there() -> None:
    """Only the unit in charge and those above it speak of an accident."""
    lines = told(
        decide(
            accident(AT, deaths=2),
            accident(AT, known="2021-07-02", deaths=3, tenant="371082"),
            until="2021-08-01",
        ),
        RULE,
    )

    assert lines == []


def test_the_city_may_correct_an_areas_accident() -> None:
    """It stays the area's own."""
    lines = told(
        decide(
            accident(AT, deaths=2),
            accident(AT, known="2021-07-02", deaths=3, tenant="371000"),
            until="2021-08-01",
        ),
        RULE,
    )

    assert lines == [f"{RULE} 371083 admonition_talk proposed {AT}"]


def test_the_reason_can_be_read_out() -> None:
    """The sentence names the accident, its toll, its grade and who is to talk."""
    record = next(one for one in decide(accident(AT, deaths=3), until="2021-08-01") if one.rule == RULE)

    assert record.reason == (
        "2021年7月1日乳山市的工贸事故（A-1）死亡3人，属较大事故，建议由威海市政府约谈乳山市主要负责同志。"
    )
    assert (record.subject.kind, record.level, record.facts) == ("area", "city", ("A-1/2021-07-01 08:00/",))
