"""A site is what the register and its inspectors say of it, in order of time."""

from services.escalation.core.cases.site import SiteHistory, fold
from services.escalation.core.heard import hear
from tests.unit.services.escalation.accidents import enforced, registered
from tests.unit.services.escalation.stories import all_divisions, fact


def folded(*facts: object) -> SiteHistory:
    return fold("S-1", [hear(one) for one in facts], (), all_divisions())  # type: ignore[arg-type]


def test_a_newer_entry_replaces_the_older() -> None:
    """The name and the words are those of the last entry."""
    site = folded(
        registered("2021-06-10", name="新厂名", supervising_unit="市应急管理局"),
        registered("2021-06-01", name="旧厂名"),
    )

    assert site.name == "新厂名"
    assert site.context["supervising_unit"] == "市应急管理局"
    assert [entry.site.name for entry in site.registrations] == ["旧厂名", "新厂名"]


def test_an_inspection_told_again_is_the_same_inspection() -> None:
    """Its later word counts; what was only planned is none, a document keeps the hazards that it names."""
    words = {"tenant": "371083", "inspection_id": "I-1", "site_id": "S-1", "kind": "special"}
    site = folded(
        fact("inspection.planned", "2021-05-20", id_="p", planned_on="2021-06-01", **words),
        fact("inspection.completed", "2021-06-01", id_="a", found=1, **words),
        fact("inspection.completed", "2021-06-02", id_="b", found=3, **words),
        enforced("2021-06-03", hazard_ids=["H-1"]),
    )

    assert [(inspection.id, inspection.found) for inspection in site.inspections] == [("I-1", 3)]
    assert [document.hazard_ids for document in site.documents] == [("H-1",)]


def test_an_unregistered_site_is_called_by_its_id() -> None:
    """Nothing is invented for it."""
    site = folded()

    assert (site.name, site.registered, site.context) == ("S-1", None, {"site_id": "S-1", "site_name": "S-1"})
