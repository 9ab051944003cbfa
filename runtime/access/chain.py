"""Check chains of audit entries: what was changed, removed, cut, inserted or written anew is found with its place."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple

from contracts.roles import EVERYWHERE

OPENED: Final = "chain opened"
RESTORED: Final = "restored"
"""Acts of the installation's own chain; `object` is the tenant whose chain opens, and the moment of a backup."""


class Entry(NamedTuple):
    """One entry as it is kept; `hash` is over `prev` and everything else."""

    tenant: str
    seq: int
    at: datetime
    actor: str
    act: str
    object: str
    detail: str
    province: str
    city: str
    county: str
    prev: bytes
    hash: bytes


class Head(NamedTuple):
    """Where the chain of a tenant stands."""

    seq: int
    hash: bytes


class Anchor(NamedTuple):
    """Where every chain stood at a moment: kept outside the database, it tells what nobody inside can know."""

    at: datetime
    heads: Mapping[str, Head]


class Kind(StrEnum):
    """What can be wrong with entries."""

    CHANGED = "内容被改动 (changed)"
    MISSING = "缺失 (missing)"
    UNLINKED = "与前一条不相接 (does not follow the one before)"
    CUT = "末尾被截断 (the tail is cut)"
    INSERTED = "凭空多出 (inserted: the head does not know it)"
    HEAD = "与链头不符 (not what the head says)"
    REWRITTEN = "与外部锚点不符，被整段改写 (not what the anchor outside says: written anew)"
    GONE = "整条链不见了 (the whole chain is gone)"
    RESTORED = "恢复的备份早于锚点，此后的记录不在库中 (the restored copy is older than the anchor)"


class Fault(NamedTuple):
    """What is wrong, and where: entries `first` to `last` of one tenant's chain."""

    tenant: str
    first: int
    last: int
    kind: Kind

    def __str__(self) -> str:
        span = f"第 {self.first} 条" if self.first == self.last else f"第 {self.first} 至 {self.last} 条"
        return f"{'全局' if self.tenant == EVERYWHERE else self.tenant} 链{span}：{self.kind}"


def first_of(tenant: str) -> bytes:
    """What stands before the first entry of a chain."""
    return hashlib.sha256(f"bihuan audit {tenant}".encode()).digest()


def hash_of(entry: Entry) -> bytes:
    """What the hash of an entry has to be."""
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    said = (entry.actor, entry.act, entry.object, entry.detail, entry.province, entry.city, entry.county, entry.tenant)
    line = ",".join(f"{len(field)}:{field}" for field in (str(entry.seq), at, *said))
    return hashlib.sha256(bytes(entry.prev) + line.encode()).digest()


def faults(entries: Iterable[Entry], heads: Mapping[str, Head], anchors: Sequence[Anchor] = ()) -> Iterator[Fault]:
    """What is wrong with the chains, in order, each with its place; nothing where they are whole.

    `entries` come by tenant and number, the installation's own chain first; `heads` say where the database thinks that
    each chain ends, `anchors` where they stood at moments that were kept elsewhere.
    """
    opened: dict[str, None] = {}
    restores: list[tuple[datetime, datetime]] = []
    seen = set()
    for tenant, chain in groupby(entries, key=lambda entry: entry.tenant):
        seen.add(tenant)
        noted = _heard(chain, opened, restores)
        yield from _of_chain(tenant, noted, heads.get(tenant), anchors, restores)
    anchored = (tenant for anchor in anchors for tenant in anchor.heads)
    for tenant in sorted({*heads, *opened, *anchored} - seen):
        yield from _of_chain(tenant, (), heads.get(tenant), anchors, restores)


def _heard(
    chain: Iterable[Entry], opened: dict[str, None], restores: list[tuple[datetime, datetime]]
) -> Iterator[Entry]:
    """The chain as it is, while one listens in the installation's to which open and which copies were read back."""
    for entry in chain:
        if entry.act == OPENED and entry.tenant == EVERYWHERE:
            opened[entry.object] = None
        elif entry.act == RESTORED and entry.tenant == EVERYWHERE:
            restores.append((_moment(entry.object), entry.at))
        yield entry


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # it explains nothing


def _of_chain(
    tenant: str,
    entries: Iterable[Entry],
    head: Head | None,
    anchors: Sequence[Anchor],
    restores: Sequence[tuple[datetime, datetime]],
) -> Iterator[Fault]:
    kept = {anchor.heads[tenant].seq: bytes(anchor.heads[tenant].hash) for anchor in anchors if tenant in anchor.heads}
    met: dict[int, bool] = {}
    last = Head(0, first_of(tenant))
    found: list[Fault] = []
    for entry in entries:
        found += _of_entry(entry, last, head)
        last = Head(entry.seq, bytes(entry.hash))
        if entry.seq in kept:
            met[entry.seq] = kept[entry.seq] == last.hash
    yield from _joined(found)
    if head is None:
        yield Fault(tenant, 1, max([last.seq, *kept, 1]), Kind.GONE)
        return
    if last.seq < head.seq:
        yield Fault(tenant, last.seq + 1, head.seq, Kind.CUT)
    elif last.seq == head.seq and bytes(head.hash) != last.hash:
        yield Fault(tenant, last.seq, last.seq, Kind.HEAD)
    yield from _of_anchors(tenant, max(last.seq, head.seq), met, anchors, restores)


def _of_entry(entry: Entry, last: Head, head: Head | None) -> Iterator[Fault]:
    place = (entry.tenant, entry.seq, entry.seq)
    if entry.seq <= 0 or (head is not None and entry.seq > head.seq):
        yield Fault(*place, Kind.INSERTED)
        return
    if entry.seq > last.seq + 1:
        yield Fault(entry.tenant, last.seq + 1, entry.seq - 1, Kind.MISSING)
    elif bytes(entry.prev) != last.hash:
        yield Fault(*place, Kind.UNLINKED)
    if hash_of(entry) != bytes(entry.hash):
        yield Fault(*place, Kind.CHANGED)


def _of_anchors(
    tenant: str,
    reached: int,
    met: Mapping[int, bool],
    anchors: Sequence[Anchor],
    restores: Sequence[tuple[datetime, datetime]],
) -> Iterator[Fault]:
    """Where the chain is not what anchors say: from the last that fits to the first that does not."""
    fits = max((seq for seq, is_same in met.items() if is_same), default=0)
    against = [anchor for anchor in anchors if tenant in anchor.heads and not met.get(anchor.heads[tenant].seq, False)]
    unexplained = [anchor for anchor in against if not _is_older_copy(anchor, restores)]
    for those, if_met, if_beyond in (
        (unexplained, Kind.REWRITTEN, Kind.CUT),
        ([anchor for anchor in against if anchor not in unexplained], Kind.RESTORED, Kind.RESTORED),
    ):
        numbers = {anchor.heads[tenant].seq for anchor in those} - {0}
        if inside := sorted(seq for seq in numbers if seq in met):
            yield Fault(tenant, min(fits, inside[0] - 1) + 1, inside[-1], if_met)
        if beyond := sorted(seq for seq in numbers if seq > reached):
            yield Fault(tenant, reached + 1, beyond[-1], if_beyond)


def _is_older_copy(anchor: Anchor, restores: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a restore explains it: the copy was taken before the anchor, and read back after it."""
    return any(taken <= anchor.at <= at for taken, at in restores)


def _joined(found: Iterable[Fault]) -> list[Fault]:
    """Neighbours with the same fault as one, in the order in which they begin."""
    joined: list[Fault] = []
    last: dict[Kind, int] = {}
    for fault in found:
        at = last.get(fault.kind)
        if at is not None and joined[at].last + 1 == fault.first:
            joined[at] = joined[at]._replace(last=fault.last)
        else:
            last[fault.kind] = len(joined)
            joined.append(fault)
    return joined
