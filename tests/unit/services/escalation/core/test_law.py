"""Which unit an event means, and which packs bind whom."""

import pytest

from services.escalation.core.law import Law
from services.escalation.core.simulation import simulate
from tests.unit.services.escalation.accidents import LISHUI, WEIHAI, accident, pack, told
from tests.unit.services.escalation.stories import all_divisions, law_of, moment


@pytest.mark.parametrize(
    ("unit", "tenant", "known"),
    [
        pytest.param("安监局", "331171", "安监局", id="the zone's own"),
        pytest.param("安监局", "331100", "市安监局", id="the city's department by its short name"),
        pytest.param("市安监局", "331171", "市安监局", id="the city's department named in full by the zone"),
        pytest.param("南城公司", "331100", "南城公司", id="a unit that only the zone has, named by the city"),
        pytest.param("经开区", "331171", "331171", id="the zone by its name"),
        pytest.param("莲都区", "331102", "331102", id="a county by its name"),
        pytest.param("331102", "331102", "331102", id="a county by its code"),
        pytest.param("某办公室", "331102", "某办公室", id="a unit that nobody knows stays as said"),
    ],
)
def test_a_spelling_means_the_unit_of_who_says_it(unit: str, tenant: str, known: str) -> None:
    """The pack that lies nearest to the event's tenant names it first."""
    assert law_of(*LISHUI).unit_id("331100", unit, tenant) == known


@pytest.mark.parametrize(
    ("duty", "unit", "known"),
    [
        pytest.param(
            "half_year_report", "消防专委会", "消防专委办", id="a report said of the committee is its office's"
        ),
        pytest.param(
            "quarterly_meeting", "市消防专委办", "消防专委会", id="a meeting said of the office is its committee's"
        ),
        pytest.param("monthly_consultation", "市安委办", "市安委会", id="the office speaks for the committee"),
        pytest.param("prompt_letter", "安委办", "市安委办", id="the office by its short name"),
        pytest.param("", "消防专委会", "消防专委会", id="without a duty each is itself"),
        pytest.param("work_list", "太平街道", "331081001", id="who does not owe it is still known"),
    ],
)
def test_among_several_units_of_one_name_who_owes_it_is_meant(duty: str, unit: str, known: str) -> None:
    """A special committee and its office are two units, and people write the one for the other."""
    assert law_of("wenling-2023").unit_id("331081", unit, "331081", duty) == known


def test_a_rule_knows_when_its_pack_first_bound() -> None:
    """A second version does not make older accidents uncounted."""
    first, second = pack(), pack(version="2", effective_from="2024-01-01")
    law = Law([second, first], all_divisions())

    assert law.where(second).begins == moment("2023-04-28")
    assert law.versions("331081") == (first, second)


def test_a_sector_without_a_named_lead_falls_to_the_fallback() -> None:
    """S1-03, S4-17: every sector resolves to an owner."""
    where = Law(
        [pack(sectors=[{"name": "消防", "leads": ["消防专委办"], "also": ["火灾"]}], fallback_lead="市安委办")],
        all_divisions(),
    )
    here = where.where(where.packs[0])

    assert [here.leads_of(sector) for sector in ("消防", "火灾", "低空经济")] == [
        ("消防专委办",),
        ("消防专委办",),
        ("市安委办",),
    ]


def test_packs_may_bind_from_another_day_to_look_back() -> None:
    """The self-review since January lists who would have been talked to (S3-25); by itself the notice calls nobody."""
    happened = [
        accident("2021-04-10 08:00", "E-1", tenant="371071"),
        accident("2021-04-20 08:00", "E-2", tenant="371071"),
    ]

    def talks(since: str | None) -> list[str]:
        begin = moment(since) if since else None
        return told(list(simulate(law_of(*WEIHAI), happened, begin, moment("2021-06-01"))), "talk_fatal_window")

    assert talks(None) == []
    assert talks("2021-04-15") == []
    assert talks("2021-01-01") == ["talk_fatal_window 371071 admonition_talk proposed 2021-04-20 08:00"]


def test_looking_back_moves_the_first_version_alone() -> None:
    """A later version still begins on its own day, unless that lies before the day asked for."""
    first, second = pack(), pack(version="2", effective_from="2024-01-01")
    law = Law([first, second], all_divisions())

    earlier, later = law.since(moment("2023-01-01")), law.since(moment("2024-06-01"))
    assert [earlier.begins(one) for one in (first, second)] == [moment("2023-01-01"), moment("2024-01-01")]
    assert [later.begins(one) for one in (first, second)] == [moment("2024-06-01"), moment("2024-06-01")]


def test_a_later_version_binds_from_its_activation() -> None:
    """The notice's own first day lies before: what began under the version of its day keeps it."""
    first, second = pack(), pack(version="2")
    law = Law([second, first], all_divisions(), activated={(first.id, "2"): moment("2023-06-01 15:00")})

    versions = [law.pack_at("331081", moment(when)) for when in ("2023-04-01", "2023-06-01 14:59", "2023-06-01 15:00")]

    assert versions == [first, first, second]
    assert law.since(moment("2023-01-01")).begins(second) == moment("2023-06-01 15:00")


def test_of_each_child_one_version_is_in_force() -> None:
    """A child is activated by itself; the older version stays for what began under it."""
    parent = pack()
    child, newer = (
        pack(id="child", version=version, child_of=parent.id, tenants=["331081071"]) for version in ("1", "2")
    )
    law = Law([parent, newer, child], all_divisions(), activated={("child", "2"): moment("2023-06-01")})

    assert law.packs_at("331081", moment("2023-05-31")) == (parent, child)
    assert law.packs_at("331081", moment("2023-06-01")) == (parent, newer)
    assert law.version("child", "1") is child
    assert law.version("child", "3") is None
