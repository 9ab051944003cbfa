"""A sender says what it may: its own sources, within its tenants."""

from dataclasses import replace
from typing import Any

import pytest

from contracts import divisions
from contracts.vocabulary import Door
from services.intake.core.admission import Admission, Sender
from services.intake.core.committees import Committees
from services.intake.core.guard import Refusal
from services.intake.core.reasons import Reason
from services.intake.core.registry import Registry, Source
from services.intake.core.validation import Accepted, Refused
from tests.unit.services.intake.core.test_validation import NOW, event

DIVISIONS = divisions.load()


def source(slug: str, **changes: Any) -> Source:
    fields: dict[str, Any] = {
        "slug": slug,
        "name": slug,
        "namespace": slug,
        "tenants": ("331081",),
        "attributes": frozenset({f"/{slug}"}),
        **changes,
    }
    return Source(**fields)


A, B = source("a"), source("b", historic=True)
PEOPLE = source("bihuan", tenants=("*",), attributes=frozenset({"/bihuan/people"}))
ADMISSION = Admission(
    divisions=DIVISIONS,
    committees=Committees(DIVISIONS, ["331081", "330300"]),
    registry=Registry((A, B, PEOPLE)),
)


def admit(document: dict[str, Any] | Refusal, sender: Sender) -> Accepted | Refused:
    return ADMISSION.admit(document, sender, ADMISSION.standing(sender), received_at=NOW)


def test_what_a_source_says_of_its_own_is_admitted() -> None:
    """With the namespace, the door and whether it tells somebody."""
    said = admit(event(source="/b"), ADMISSION.of_source(B, Door.HTTP))

    assert isinstance(said, Accepted)
    assert (said.fact.namespace, said.fact.door, said.fact.historic) == ("b", "http", True)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(event(source="/b"), Reason.NOT_ALLOWED, id="another's source"),
        pytest.param(event(source="/c"), Reason.UNKNOWN_SOURCE, id="nobody's source"),
        pytest.param(event(source="/a", tenant="330300"), Reason.NOT_ALLOWED, id="another's tenant"),
        pytest.param(event(source="/a", tenant="110101"), Reason.NO_COMMITTEE, id="nobody's tenant"),
        pytest.param(event(source="/b", time="x"), Reason.BAD_TIME, id="what is wrong comes before whose it is"),
        pytest.param(Refusal(Reason.NOT_JSON), Reason.NOT_JSON, id="what the guard refused"),
    ],
)
def test_what_a_sender_may_not_say_is_refused(document: dict[str, Any] | Refusal, reason: Reason) -> None:
    """Each with its reason."""
    said = admit(document, ADMISSION.of_source(A, Door.KAFKA))

    assert isinstance(said, Refused)
    assert reason == said.reason


@pytest.mark.parametrize(
    ("document", "tenants", "seen_by"),
    [
        pytest.param(event(source="/a", tenant="330302"), ("331081",), "331081", id="a right is wanting"),
        pytest.param(event(source="/a", tenant="330302", time="x"), ("331081",), "331081", id="it cannot be read"),
        pytest.param(event(source="/b", tenant="330302"), ("331081",), "331081", id="another's source"),
        pytest.param(event(source="/a", tenant="330302"), ("331081", "331082"), None, id="one of two senders' areas"),
        pytest.param(event(source="/b", tenant="331081003"), ("331081",), "331081003", id="within its own area"),
        pytest.param(event(source="/b", tenant="330302"), ("*",), "330302", id="whoever may speak for all"),
    ],
)
def test_a_refused_event_is_shown_where_it_is_mended(
    document: dict[str, Any], tenants: tuple[str, ...], seen_by: str | None
) -> None:
    """A county's key that names a neighbour puts nothing before the neighbour's eyes: the letter is its own sender's."""
    sender = Sender(source=A, door=Door.HTTP, tenants=tenants, historic=False)
    said = admit(document, sender)

    assert isinstance(said, Refused)
    assert said.tenant == seen_by


def test_a_key_may_be_narrower_than_its_source() -> None:
    """The town it was made for and no other."""
    sender = Sender(source=A, door=Door.HTTP, tenants=("331081003",), historic=False)

    assert isinstance(admit(event(source="/a", tenant="331081003"), sender), Accepted)
    assert isinstance(admit(event(source="/a", tenant="331081004"), sender), Refused)


def test_a_key_goes_no_further_than_its_source() -> None:
    """It was made when the source spoke for the whole city; the source was narrowed since, the key was not."""
    sender = Sender(source=A, door=Door.HTTP, tenants=("331000",), historic=False)

    assert isinstance(admit(event(source="/a", tenant="331081003"), sender), Accepted)
    assert isinstance(admit(event(source="/a", tenant="330300"), replace(sender, tenants=("*",))), Refused)


def test_what_people_did_comes_by_their_own_door() -> None:
    """It is marked so, and no upstream can say it."""
    activated = event(
        source="/bihuan/people",
        tenant="331081",
        type="policy.activated.v1",
        data={"policy": "wenling-2023", "version": "1", "effective_from": "2023-04-28", "by": "operator"},
    )
    said = admit(activated, ADMISSION.of_source(PEOPLE, Door.KAFKA))

    assert isinstance(said, Accepted)
    assert said.fact.door == "people"
    assert isinstance(admit({**activated, "source": "/a"}, ADMISSION.of_source(A, Door.KAFKA)), Refused)


@pytest.mark.parametrize("door", [Door.HTTP, Door.FILE, Door.LEDGER])
@pytest.mark.parametrize("kind", ["calendar.changed.v1", "hazard.closed.v1"])
def test_nobody_is_people_by_another_door(door: Door, kind: str) -> None:
    """A key of our own source did what any person may, in any name: it came in by the door of the upstream systems."""
    said = {
        "calendar.changed.v1": {"days": [{"day": "2026-12-04", "kind": "holiday"}], "by": "director"},
        "hazard.closed.v1": {"hazard_id": "H-1"},
    }
    forged = event(source="/bihuan/people", tenant="331081", type=kind, data=said[kind])

    assert isinstance(admit(forged, ADMISSION.of_source(PEOPLE, door)), Refused)
