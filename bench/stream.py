"""Make one fixed stream for escalation: hazards of 64 committees, one in each slot; a fifth of the events decide."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contracts.divisions import Divisions
from contracts.facts import Fact
from contracts.topics import HAZARD_FACTS, SLOTS, slot_of
from contracts.vocabulary import Level
from policies import files
from runtime import codec
from runtime.streams import Record
from services.escalation.core.policy import Pack, parse_pack

START = datetime(2026, 3, 2, tzinfo=UTC)
PACK = "wenling-2023"
SPREAD = 4000
"""Hazards that are open at a time: a hazard's next event comes so many hazards later, never in the same batch."""

EVENTS_A_HAZARD = 5
_MAJOR, _FAILED = 5, 10
"""Two of five hazards are major (a proposal, later cleared); one of ten fails a re-inspection (an alert, a new span)."""


class Committee(NamedTuple):
    """A committee with a slot of its own, and a town below it."""

    root: str
    town: str
    slot: int


def committees(divisions: Divisions) -> list[Committee]:
    """One county for each of the 64 slots."""
    found: dict[int, Committee] = {}
    for division in divisions:
        if division.level is Level.COUNTY and not division.is_zone:
            slot = slot_of(division.code)
            found.setdefault(slot, Committee(division.code, division.code + "001", slot))
    if len(found) < SLOTS:
        message = f"counties for {len(found)} of {SLOTS} slots only"
        raise LookupError(message)
    return [found[slot] for slot in range(SLOTS)]


def packs(divisions: Divisions) -> list[Pack]:
    """The pack of Wenling, once for each committee."""
    shipped = parse_pack(files.read(files.folder() / f"{PACK}.yaml"))
    return [
        shipped.model_copy(update={"id": f"bench-{one.root}", "root": one.root, "tenants": (one.root,)})
        for one in committees(divisions)
    ]


def write_packs(folder: Path, divisions: Divisions) -> None:
    """The same packs as files, for worker processes."""
    text = (files.folder() / f"{PACK}.yaml").read_text(encoding="utf-8")
    for one in committees(divisions):
        own = text.replace(f"id: {PACK}", f"id: bench-{one.root}", 1)
        own = own.replace('root: "331081"', f'root: "{one.root}"').replace(
            'tenants: ["331081"]', f'tenants: ["{one.root}"]'
        )
        (folder / f"bench-{one.root}.yaml").write_text(own, encoding="utf-8")


def records(divisions: Divisions, events: int, *, ticks_every: int = 20_000) -> Iterator[Record]:
    """`events` facts in the order of the log, with a tick in each slot after every `ticks_every` of them."""
    everyone = committees(divisions)
    offsets, numbers = [0] * SLOTS, [0] * SLOTS
    emitted, hazard = 0, 0
    while emitted < events:
        now = START + timedelta(seconds=hazard)
        for stage in range(EVENTS_A_HAZARD):
            of = hazard - stage * SPREAD
            if of < 0 or emitted >= events:
                break
            committee = everyone[of % SLOTS]
            numbers[committee.slot] += 1
            value = codec.splice(
                codec.encode(_fact(committee, of, stage, now)),
                accepted_at=now,
                incarnation=1,
                number=numbers[committee.slot],
            )
            yield _record(offsets, committee.slot, committee.root.encode(), value)
            emitted += 1
            if emitted % ticks_every == 0:
                for slot in range(SLOTS):
                    tick = codec.tick(now - timedelta(seconds=10), source="/bihuan/intake")
                    yield _record(offsets, slot, codec.TICK_KEY, tick)
        hazard += 1


def _record(offsets: list[int], slot: int, key: bytes, value: bytes) -> Record:
    offsets[slot] += 1
    return Record(HAZARD_FACTS, slot, offsets[slot] - 1, key, value, (codec.CONTENT_TYPE,), 0)


def _fact(committee: Committee, hazard: int, stage: int, now: datetime) -> Fact:
    kind, data = _said(hazard, stage, now)
    return Fact(
        id=f"{committee.root}-{hazard}-{stage}",
        source="/bench/county",
        type=f"hazard.{kind}.v1",
        time=now,
        recordedtime=now,
        tenant=committee.town,
        committee=committee.root,
        namespace="county",
        door="kafka",
        data=msgspec.Raw(msgspec.json.encode({"hazard_id": f"YH{hazard:09}", **data})),
    )


def _said(hazard: int, stage: int, now: datetime) -> tuple[str, dict[str, Any]]:
    if stage == 0:
        return "reported", {
            "level": "major" if hazard % _MAJOR < 2 else "general",  # noqa: PLR2004 (two of five)
            "category": ("fire_safety", "electrical", "machinery")[hazard % 3],
            "description": "疏散通道被货物堵塞，灭火器过期未更换，应急照明损坏",
            "sector": "工贸",
            "found_by": "inspection",
            "inspection_id": f"JC{hazard // 7:08}",
            "site": {
                "id": f"CS{hazard // SLOTS // 3 * SLOTS + hazard % SLOTS:08}",
                "name": "永泰机械有限公司",
                "address": "工业路18号",
                "kind": "unit",
                "sector": "工贸",
            },
            "rectify_by": f"{now + timedelta(days=15):%Y-%m-%d}",
            "responsible_unit": "永泰机械有限公司",
            "supervising_unit": "应急管理所",
        }
    if stage == 1:
        return "handed_over", {"to_unit": "应急管理所"}
    if stage == 2:  # noqa: PLR2004 (the stages in their order)
        return "rectified", {"by": "u-2043", "media": ["photo/1.jpg"]}
    if stage == 3:  # noqa: PLR2004 (as above)
        return "reinspected", {"passed": hazard % _FAILED != 0, "inspection_id": f"FC{hazard:08}", "by": "u-77"}
    return "closed", {"document_no": f"销〔2026〕{hazard}号"}
