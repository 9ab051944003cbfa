"""Who blocks the next link of a chain of reports (S4-04, S4-05, S4-06)."""

from services.escalation.core.pictures.chain import Chain, chain
from services.escalation.core.pictures.duties import duty
from services.escalation.core.simulation import activation
from tests.unit.services.escalation.accidents import LISHUI
from tests.unit.services.escalation.drawn import states, told
from tests.unit.services.escalation.stories import all_divisions, fact, law_of, moment

LAW = law_of(*LISHUI)
PERIOD = "stage:2b"


def stood(day: str, *units: str) -> Chain:
    """The chain of the second stage's second part on a day; `units` have reported."""
    opened = activation(LAW, "331100", LAW.begins(LAW.packs[0]))
    came = [
        fact("obligation.fulfilled", "2016-07-01 10:00", tenant="331100" if unit.isdigit() else "331171", id_=unit,
             obligation="stage_report", unit=unit, period=PERIOD)
        for unit in units
    ]  # fmt: skip
    cases = told(LAW, opened, *came, until=day)
    found = [
        duty(state, set(), moment(day))
        for case, state in states(LAW, cases, "obligation")
        if case.key.id.endswith(PERIOD)
    ]
    return chain(PERIOD, (one for one in found if one.obligation == "stage_report"), "331100", all_divisions())


def test_the_lowest_link_that_is_missing_blocks() -> None:
    """The zone waits for its own units, the city for zone, counties and departments."""
    shown = stood("2016-12-01")

    assert [link.level for link in shown.links] == ["zone", "county", "city"]
    assert shown.stands_at == "zone"
    assert {one.unit for one in shown.links[0].blocks} >= {"安监局"}
    assert "331102" in {one.unit for one in shown.links[1].blocks}


def test_when_the_units_have_reported_the_next_level_blocks() -> None:
    """Whoever came is counted and no longer named."""
    before = stood("2016-12-01")
    units = [one.unit for one in before.links[0].blocks]

    shown = stood("2016-12-01", *units, "331102")

    assert shown.links[0].blocks == ()
    assert shown.stands_at == "county"
    assert "331102" not in {one.unit for one in shown.links[1].blocks}
    assert shown.links[1].came == 1
