"""Consume whole batches, each in one database transaction with the log's position: exactly-once effects."""

from runtime.positions import Slot
from runtime.streams.consumer import BatchConsumer
from runtime.streams.fuse import Fuse
from runtime.streams.ports import Beside
from runtime.streams.records import Handler, Record, SlotBatch

__all__ = ["BatchConsumer", "Beside", "Fuse", "Handler", "Record", "Slot", "SlotBatch"]
