"""Consume whole batches, each in one database transaction with the log's position: exactly-once effects."""

from runtime.streams.consumer import BatchConsumer
from runtime.streams.fuse import Fuse
from runtime.streams.records import Handler, Record, Slot, SlotBatch

__all__ = ["BatchConsumer", "Fuse", "Handler", "Record", "Slot", "SlotBatch"]
