"""Say in events what becomes of a tip-off, without a word that the informer wrote.

What somebody writes may show who they are, so none of it goes onto a topic: the category goes, and what a handler has
read and worded anew once it is a hazard.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.topics import TIP_OFF_SOURCE
from services.intake.core.tip_offs.tip_off import TipOff

Event = Mapping[str, Any]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class HazardForm(BaseModel):
    """What a handler says when a tip-off becomes a hazard: their own words, never the informer's."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2_000)]
    level: Literal["general", "major"]
    sector: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    site_name: Words
    address: Words
    responsible_unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    rectify_by: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


def received(tip_off: TipOff, label: str) -> Event:
    """Somebody told of something: of what sort, and where."""
    data = {"tip_off_id": tip_off.id, "category": tip_off.category, "description": _neutral(label)}
    return _event(tip_off, tip_off.event_id, "tip_off.received.v1", tip_off.received_at, data)


def hazard(tip_off: TipOff, form: HazardForm, label: str, at: datetime) -> tuple[Event, Event]:
    """It became a hazard: the hazard itself, and the tip-off corrected to name it."""
    data: dict[str, Any] = {
        "hazard_id": tip_off.id,
        "level": form.level,
        "category": tip_off.category,
        "description": form.description,
        "sector": form.sector,
        "found_by": "tip_off",
        "site": {
            "id": site_id(tip_off.tenant, form.site_name),
            "name": form.site_name,
            "address": form.address,
            "kind": "unit",
            "sector": form.sector,
        },
    }
    data |= {"responsible_unit": form.responsible_unit} if form.responsible_unit else {}
    data |= {"rectify_by": form.rectify_by} if form.rectify_by else {}
    told = {
        "tip_off_id": tip_off.id,
        "category": tip_off.category,
        "description": _neutral(label),
        "hazard_id": tip_off.id,
    }
    return (
        _event(tip_off, f"{tip_off.id}/hazard", "hazard.reported.v1", at, data),
        _event(tip_off, f"{tip_off.id}/named", "tip_off.received.v1", at, told, correction=tip_off.event_id)
        | {"time": tip_off.received_at.isoformat(), "recordedtime": at.isoformat()},
    )


def verified(tip_off: TipOff, *, true: bool, at: datetime) -> Event:
    """Whether it is true; a reward is told when it was paid."""
    return _event(
        tip_off, f"{tip_off.id}/verified", "tip_off.verified.v1", at, {"tip_off_id": tip_off.id, "true": true}
    )


def paid(tip_off: TipOff, yuan: Decimal, at: datetime) -> Event:
    """A reward was paid: the verification, told again with its amount (S2-36 counts what was really paid)."""
    if tip_off.verified_at is None or tip_off.verified_event_id is None:
        raise ValueError(f"{tip_off.id} was not verified")
    data = {"tip_off_id": tip_off.id, "true": True, "reward_yuan": float(yuan)}
    return {
        **_event(tip_off, f"{tip_off.id}/paid", "tip_off.verified.v1", tip_off.verified_at, data),
        "correction": tip_off.verified_event_id,
        "recordedtime": at.isoformat(),
    }


def site_id(tenant: str, name: str) -> str:
    """The id of a site that is known by its name alone: the same for every tip-off about it."""
    plain = "".join(name.split()).casefold()
    return "site-" + blake2b(f"{tenant}\x00{plain}".encode(), digest_size=8).hexdigest()


def _neutral(label: str) -> str:
    return f"群众举报：{label}（内容不外传，经审核后随隐患上报）"


def _event(tip_off: TipOff, event_id: str, type_: str, at: datetime, data: Event, **more: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": TIP_OFF_SOURCE,
        "type": type_,
        "time": at.isoformat(),
        "tenant": tip_off.tenant,
        "data": dict(data),
        **more,
    }
