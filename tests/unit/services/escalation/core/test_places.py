"""A fact belongs to the cases that its ids name."""

import pytest

from contracts.facts import Fact
from services.escalation.core.engine import Engine
from tests.unit.services.escalation.accidents import WEIHAI, accident, corrected, dated, done, enforced, registered
from tests.unit.services.escalation.stories import fact, law_of


@pytest.mark.parametrize(
    ("one", "places"),
    [
        pytest.param(accident("2021-07-01"), ["accident||A-1"], id="an accident"),
        pytest.param(registered("2021-07-01"), ["site||S-1"], id="an entry in the register"),
        pytest.param(
            fact("inspection.completed", "2021-07-01", tenant="371083", inspection_id="I-1", site_id="S-1"),
            ["site||S-1"],
            id="an inspection",
        ),
        pytest.param(
            enforced("2021-07-01", hazard_ids=["H-1", "H-2"]),
            ["site||S-1", "hazard||H-1", "hazard||H-2"],
            id="a document and its hazards",
        ),
        pytest.param(enforced("2021-07-01", hazard_ids=None), ["site||S-1"], id="a document about the site alone"),
        pytest.param(
            done("warning_meeting", "乳山市", "A-1", "2021-07-01", tenant="371083"),
            ["obligation||warning_meeting/371083/A-1"],
            id="a duty done, the unit by its name",
        ),
        pytest.param(dated("standing_meeting", "2021-07-09", "2021-07-01"), ["committee||371000"], id="a milestone"),
        pytest.param(
            fact("inspection.completed", "2021-07-01", tenant="371083", site_id="S-1", team_id="team-1"),
            ["site||S-1", "team||team-1"],
            id="an inspection by a team",
        ),
        pytest.param(
            fact("inspection.completed", "2021-07-01", tenant="371083", site_id="S-1", team_id=None),
            ["site||S-1"],
            id="an inspection whose team was sent as null",
        ),
        pytest.param(
            fact("listing.extended", "2021-07-01", tenant="371083", listing_id="G-1"), ["listing||G-1"], id="a listing"
        ),
        pytest.param(
            fact("tip_off.verified", "2021-07-01", tenant="371083", tip_off_id="T-1"), ["tip_off||T-1"], id="a tip-off"
        ),
        pytest.param(
            fact("target.progressed", "2021-07-01", tenant="371083", target="t"), ["target||t"], id="a target"
        ),
        pytest.param(
            fact("league.published", "2021-07-01", tenant="371083", period="2021-06"), ["league||2021-06"], id="a table"
        ),
        pytest.param(
            fact("matter.reported", "2021-07-01", tenant="371083", id_="M-1"), ["matter||/tests#M-1"], id="a matter"
        ),
        pytest.param(
            corrected(fact("matter.reported", "2021-07-01", tenant="371083", id_="M-2"), "M-1"),
            ["matter||/tests#M-1"],
            id="a correction of a matter",
        ),
        pytest.param(fact("talk.held", "2021-07-01", tenant="371083"), [], id="what no rule reads yet"),
        pytest.param(fact("listing.opened", "2021-07-01", tenant="371083"), [], id="a void that names no listing"),
        pytest.param(fact("tip_off.received", "2021-07-01", tenant="371083"), [], id="a void that names no tip-off"),
        pytest.param(fact("target.progressed", "2021-07-01", tenant="371083"), [], id="a void that names no target"),
        pytest.param(fact("league.published", "2021-07-01", tenant="371083"), [], id="a void that names no table"),
        pytest.param(fact("accident.reported", "2021-07-01", tenant="371083"), [], id="a void that names no accident"),
    ],
)
def test_a_fact_belongs_to_the_cases_that_it_names(one: Fact, places: list[str]) -> None:
    """By the ids in its data; kind, namespace and id."""
    keys = Engine(law_of(*WEIHAI)).keys_of(one)

    assert [str(key).removeprefix("371000|") for key in keys] == places
