"""A county's system, the events it sends, and what lies in the outbox afterwards."""

import json
from datetime import UTC, datetime
from typing import Any

from runtime.database import Work
from services.intake.core.registry import Source

NOW = datetime(2023, 5, 9, 2, 0, tzinfo=UTC)
ROOTS = ("331081", "330300")
COUNTY = Source(
    slug="county",
    name="温岭市安监系统",
    namespace="county",
    tenants=("331081",),
    attributes=frozenset({"/county/safety"}),
    topic="inspection.county",
)


def event(**changes: Any) -> dict[str, Any]:
    """A close-out by the county's system, with attributes changed, or removed where None."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": "1",
        "source": "/county/safety",
        "type": "hazard.closed.v1",
        "time": "2023-05-08T09:00:00+08:00",
        "tenant": "331081003",
        "data": {"hazard_id": "H-1"},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def outbox_of(work: Work) -> list[tuple[int, str, dict[str, Any]]]:
    """(slot, key, document) of every row of the outbox, in order."""
    rows = work.connection.execute("SELECT slot, key, value FROM outbox ORDER BY id").fetchall()
    return [(slot, bytes(key).decode(), json.loads(value)) for slot, key, value in rows]
