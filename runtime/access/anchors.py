"""Keep where the audit's chains stand outside the database: in a file and on a topic, and read both back."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from contracts.audit import ANCHOR_TYPE, AuditAnchored, ChainHead
from contracts.facts import Fact
from contracts.topics import AUDIT_ANCHORS
from runtime import broker, codec, log
from runtime.access import audit
from runtime.access.chain import Anchor, Head
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.settings import ProcessSettings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

TOPIC: Final = AUDIT_ANCHORS
SOURCE: Final = "/bihuan/audit"
POLL_MS: Final = 500
PATIENCE: Final = 20  # polls without a record until the broker counts as away

_logger = log.get(__name__)


def written(at: datetime, heads: Mapping[str, Head]) -> AuditAnchored:
    """What is kept outside of where the chains stood."""
    told = (ChainHead(tenant=tenant, seq=head.seq, hash=head.hash.hex()) for tenant, head in sorted(heads.items()))
    return AuditAnchored(at=at, heads=tuple(told))


def append(file: Path, anchor: AuditAnchored) -> None:
    """Add it to a file, one JSON object a line, and see it to the disk; raises OSError."""
    line = msgspec.json.encode(anchor) + b"\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(lines: Iterable[str | bytes]) -> Iterator[Anchor]:
    """Anchors out of such lines; a ValueError names the first line that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _read(msgspec.json.decode(line, type=AuditAnchored))
        except (msgspec.MsgspecError, ValueError) as error:
            raise ValueError(f"line {number} is no anchor: {error}") from error


def of_file(file: Path | None) -> list[Anchor]:
    """Every anchor in a file; none where no file is set, or nothing was kept in it yet. Raises OSError, ValueError."""
    return list(read(file.read_bytes().splitlines())) if file is not None and file.exists() else []


def of_topic(settings: ProcessSettings) -> list[Anchor]:
    """Every anchor on the topic; raises Unavailable where the broker does not answer, ValueError where one is none."""
    reader = broker.consumer(settings, client_id="bihuan-audit")
    try:
        partition = broker.Partition(TOPIC, 0)
        first, end = broker.ranges(reader, [partition])[partition]
        reader.assign([partition])
        reader.seek(partition, first)
        found: list[Anchor] = []
        silent = 0
        while reader.position(partition) < end:
            records = reader.poll(timeout_ms=POLL_MS).get(partition, [])
            silent = 0 if records else silent + 1
            if silent > PATIENCE:
                raise Unavailable(f"{TOPIC} stopped at {reader.position(partition)} of {end}")
            found += (_of_record(record.value) for record in records)
        return found
    finally:
        reader.close()


class Anchoring:
    """Keeps the heads outside every `every`, where they have moved: on the topic, and in `file` where one is set."""

    name = "audit anchors"

    def __init__(
        self, *, settings: ProcessSettings, database: Database, clock: Clock, file: Path | None, every: timedelta
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._file = file
        self._every = every
        self._kept: Mapping[str, Head] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; what cannot be kept now is kept the next time, with a word in the log."""
        producer = broker.relay_producer(self._settings, client_id="bihuan-audit")
        await producer.start()
        try:
            while not stopping.is_set():
                await self._keep(producer)
                try:
                    await asyncio.wait_for(stopping.wait(), self._every.total_seconds())
                except TimeoutError:
                    continue
        finally:
            await producer.stop()

    async def _keep(self, producer: "AIOKafkaProducer") -> None:
        from aiokafka.errors import KafkaError

        try:
            heads = await asyncio.to_thread(self._heads)
            if heads == self._kept:
                return
            anchor = written(self._clock.now(), heads)
            if self._file is not None:
                await asyncio.to_thread(append, self._file, anchor)
            await producer.send_and_wait(TOPIC, self._document(anchor), headers=[codec.CONTENT_TYPE])
        except (Unavailable, Conflict, KafkaError, OSError) as error:
            _logger.warning("the audit's heads are not kept outside", error=str(error))
        else:
            self._kept = heads

    def _heads(self) -> Mapping[str, Head]:
        with self._database.begin() as work:
            return audit.heads(work)

    def _document(self, anchor: AuditAnchored) -> bytes:
        fact = Fact(
            id=str(self._clock.uuid()),
            source=SOURCE,
            type=ANCHOR_TYPE,
            time=anchor.at,
            tenant="",
            committee="",
            data=msgspec.Raw(msgspec.json.encode(anchor)),
        )
        return codec.encode(fact)


def _of_record(value: bytes | None) -> Anchor:
    try:
        return _read(msgspec.json.decode(codec.decode(value or b"").data, type=AuditAnchored))
    except Exception as error:
        raise ValueError(f"a record of {TOPIC} is no anchor: {error}") from error


def _read(told: AuditAnchored) -> Anchor:
    return Anchor(told.at, {head.tenant: Head(head.seq, bytes.fromhex(head.hash)) for head in told.heads})


__all__: Sequence[str] = ("TOPIC", "Anchoring", "append", "of_topic", "read", "written")
