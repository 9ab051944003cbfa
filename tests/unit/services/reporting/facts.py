"""Build facts for the tests of reporting."""

import json
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.facts import Fact
from services.reporting.core.days import SHANGHAI

BASE = datetime(2023, 5, 8, 9, tzinfo=SHANGHAI)
"""The morning on which the hazards of these tests are found."""


def at(text: str) -> datetime:
    """The instant of `2023-05-08 09:00` in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def fact(
    subject: str,
    time: datetime = BASE,
    *,
    event_id: str = "",
    source: str = "/inspection/test",
    tenant: str = "331081003",
    number: int = 0,
    recorded: datetime | None = None,
    accepted: datetime | None = None,
    correction: str | None = None,
    **data: Any,
) -> Fact:
    """One fact of `<subject>.v1`; without data it voids what it corrects."""
    return Fact(
        id=event_id or f"{subject}-{time.isoformat()}",
        source=source,
        type=f"{subject}.v1",
        time=time,
        tenant=tenant,
        committee="331081",
        data=msgspec.Raw(json.dumps(data, ensure_ascii=False).encode()),
        recordedtime=recorded,
        acceptedtime=accepted or max(recorded or time, time) + timedelta(seconds=2),
        sequence=f"1:{number}" if number else None,
        correction=correction,
        namespace="test",
    )


def reported(time: datetime = BASE, *, event_id: str = "report", hazard_id: str = "H-1", **data: Any) -> Fact:
    """A report of hazard H-1 at an invented firm, due on 20 May unless `data` says otherwise."""
    envelope = {key: data.pop(key) for key in ("tenant", "source", "number", "recorded", "correction") if key in data}
    said = {
        "hazard_id": hazard_id,
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": {"id": "S-1", "name": "示范机械有限公司", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": "2023-05-20",
    }
    return fact(
        "hazard.reported",
        time,
        event_id=event_id,
        **envelope,
        **{k: v for k, v in {**said, **data}.items() if v is not None},
    )


def follow(subject: str, time: datetime, *, event_id: str = "", hazard_id: str = "H-1", **data: Any) -> Fact:
    """A later fact about hazard H-1: `follow("rectified", at("2023-05-19 10:00"))`."""
    return fact(f"hazard.{subject}", time, event_id=event_id, hazard_id=hazard_id, **data)


def saying(subject: str, data: Any, *, number: int = 0) -> Fact:
    """One fact of `<subject>.v1` with just this data."""
    return msgspec.structs.replace(fact(subject, number=number), data=msgspec.Raw(msgspec.json.encode(data)))
