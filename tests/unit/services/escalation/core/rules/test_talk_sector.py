"""A larger accident brings the departments that lead its sector to a talk (S3-23)."""

import pytest

from tests.unit.services.escalation.accidents import accident, decide, told

RULE = "talk_sector"
AT = "2021-07-01 08:00"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            {"sector": "危险化学品", "deaths": 3}, ["市应急管理局 admonition_talk proposed"], id="one department leads"
        ),
        pytest.param(
            {"sector": "危化品", "deaths": 3},
            ["市应急管理局 admonition_talk proposed"],
            id="the sector spelt otherwise",
        ),
        pytest.param(
            {"sector": "道路交通", "deaths": 3, "category": "road"},
            ["市交通运输局 admonition_talk proposed", "市公安局 admonition_talk proposed"],
            id="two lead, both are talked to",
        ),
        pytest.param({"sector": "危险化学品", "deaths": 2}, [], id="a general accident calls for nothing"),
        pytest.param({"sector": "危险化学品", "deaths": None}, [], id="nor does an unknown toll"),
        pytest.param(
            {"sector": "工贸", "deaths": 3}, ["A-1 alert raised"], id="nobody leads: the office is to name one"
        ),
        pytest.param({"sector": "低空经济", "deaths": 3}, ["A-1 alert raised"], id="a trade that nobody knows"),
    ],
)
def test_the_sectors_departments_are_talked_to(words: dict[str, object], expected: list[str]) -> None:
    """Each department that the dictionary names, at the time of the accident; never in silence."""
    lines = told(decide(accident(AT, **words), until="2021-08-01"), RULE)  # type: ignore[arg-type]

    assert sorted(lines) == sorted(f"{RULE} {line} {AT}" for line in expected)


def test_a_department_is_the_committees_own() -> None:
    """Its tenant is the city, and the city talks; the record names the accident's event."""
    record = next(one for one in decide(accident(AT, sector="消防", deaths=3), until="2021-08-01") if one.rule == RULE)

    assert (record.subject.kind, record.tenant, record.level, record.facts) == (
        "department",
        "371000",
        "city",
        ("A-1/2021-07-01 08:00/",),
    )
    assert record.reason == (
        "2021年7月1日乳山市的消防事故（A-1）死亡3人，属较大事故，建议由威海市政府约谈市消防救援支队主要负责同志。"
    )
