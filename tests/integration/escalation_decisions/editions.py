"""Two versions of one pack, the facts that put them into force, and a worker that reads a folder."""

import hashlib
from pathlib import Path

import msgspec

from contracts.facts import Fact
from policies import files
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.escalation.core.engine import Engine
from services.escalation.handlers import EscalationHandler
from services.escalation.packs import read_packs
from services.escalation.store.lawbook import LawBook
from tests.packs import at_version, shipped
from tests.unit.services.escalation.stories import all_divisions, moment

OLD = at_version(shipped("wenling-2023"), "1")
NEW = at_version(OLD, "2").replace("step: T+7", "step: T+9").replace("after_days: 7", "after_days: 9")


def edition(text: str, when: str, committee: str = "331081") -> Fact:
    """The fact that puts a text into force."""
    raw = files.parse(text.encode(), "text")
    said = {"policy": raw["id"], "version": raw["version"], "text": text, "by": "person-1"}
    said["digest"] = hashlib.sha256(text.encode()).hexdigest()
    return Fact(
        id=f"activation/{committee}/{said['version']}/{when}",
        source="/bihuan/people",
        type="policy.activated.v1",
        time=moment(when),
        tenant=committee,
        committee=committee,
        data=msgspec.Raw(msgspec.json.encode(said)),
    )


def worker(folder: Path, metrics: Metrics, clock: ManualClock) -> EscalationHandler:
    """The handler of a worker that starts now."""
    book = LawBook(read_packs(folder), all_divisions())
    return EscalationHandler(Engine(book.brought), metrics, clock, deadlines_at_once=4000, book=book)
