"""Facts about the table of types."""

import pytest

from contracts.events.table import EVENT_TYPES, RECOUNTED_TYPE, TICK_TYPE, EventType, Sender, model_of, types_from

PUBLIC = [
    "site.registered",
    "inspection.planned",
    "inspection.completed",
    "hazard.reported",
    "hazard.handed_over",
    "hazard.escalated_up",
    "hazard.plan_filed",
    "hazard.extension_decided",
    "hazard.clock_suspended",
    "hazard.clock_resumed",
    "hazard.rectified",
    "hazard.reinspected",
    "hazard.closed",
    "hazard.regraded",
    "hazard.returned",
    "hazard.reassigned",
    "hazard.withdrawn",
    "hazard.rectification_refused",
    "enforcement.recorded",
    "accident.reported",
    "tip_off.received",
    "tip_off.verified",
    "obligation.fulfilled",
    "listing.opened",
    "listing.extended",
    "listing.lifted",
    "talk.held",
    "service.given",
    "matter.reported",
    "milestone.dated",
    "site.transferred",
    "target.progressed",
]


def test_every_type_of_the_interface_is_there() -> None:
    """Upstream systems may send exactly what the public interface names."""
    assert [f"{name}.v1" for name in PUBLIC] == list(types_from(Sender.UPSTREAM))


def test_the_inner_facts_are_there() -> None:
    """What people do and what the services say are types too."""
    people = (
        "proposal.decided.v1",
        "policy.activated.v1",
        "policy.migrated.v1",
        "calendar.changed.v1",
        "reply.missed.v1",
        "league.published.v1",
    )

    assert people == types_from(Sender.PEOPLE)
    assert types_from(Sender.OURSELVES) == (
        TICK_TYPE,
        RECOUNTED_TYPE,
        "decision.recorded.v1",
        "notice.recorded.v1",
        "audit.anchored.v1",
        "letter.recorded.v1",
    )


@pytest.mark.parametrize("row", EVENT_TYPES.values(), ids=lambda row: row.name)
def test_every_type_has_a_title_and_a_sentence(row: EventType) -> None:
    """A person can read what a type says."""
    assert row.chinese
    assert not row.chinese.isascii()
    assert row.sentence[0].isupper()
    assert row.sentence.endswith(".")
    assert "\n" not in row.sentence


def test_titles_are_unique() -> None:
    """No two types read the same."""
    assert len({row.chinese for row in EVENT_TYPES.values()}) == len(EVENT_TYPES)


@pytest.mark.parametrize("name", ["decision.recorded.v1", "notice.recorded.v1", "volcano.erupted.v1"])
def test_what_no_door_takes_has_no_model(name: str) -> None:
    """Records of ours are decoded by their own structs."""
    with pytest.raises(KeyError):
        model_of(name)
