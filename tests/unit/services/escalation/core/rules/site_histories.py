"""Sites with any hazards, reports, re-inspections and close-outs in a few days: for properties of rules about sites."""

from datetime import timedelta

from hypothesis import strategies as st

from services.escalation.core.case import HazardAtSite
from services.escalation.core.cases.site import SiteHistory
from services.escalation.core.heard import Heard
from services.escalation.core.jurisdiction import Jurisdiction
from tests.unit.services.escalation.stories import all_divisions, moment

START = moment("05-08")
WHERE = Jurisdiction(committee="331081", divisions=all_divisions())


@st.composite
def sites(draw: st.DrawFn) -> SiteHistory:
    """A site with up to six hazards of two repeat keys."""
    return SiteHistory("S-1", tuple(draw(_hazard(number)) for number in range(draw(st.integers(0, 6)))))


@st.composite
def _hazard(draw: st.DrawFn, number: int) -> HazardAtSite:
    def facts(what: str, least: int) -> tuple[Heard, ...]:
        days = sorted(draw(st.lists(st.integers(0, 30), min_size=least, max_size=3)))
        return tuple(_fact(f"{what}-{number}-{place}", day) for place, day in enumerate(days))

    def inspected(what: str, least: int) -> tuple[tuple[Heard, str], ...]:
        return tuple((fact, draw(st.sampled_from(["", "I-1", "I-2", "I-3"]))) for fact in facts(what, least))

    return HazardAtSite(
        hazard_id=f"H-{number}",
        namespace="",
        tenant="331081003",
        level="general",
        repeat_key=draw(st.sampled_from(["fire_safety", "electrical"])),
        found_by="inspection",
        reports=inspected("R", 1),
        failures=inspected("F", 0),
        closures=facts("C", 0),
        context={},
    )


def _fact(name: str, day: int) -> Heard:
    at = START + timedelta(days=day)
    return Heard(name, "/tests", "hazard.told.v1", at, at, at, "331081003", b"")
