"""Hold the model of every event, the table of types and the one reader that all doors use."""

from contracts.events.reading import Event, Refusal, read_event
from contracts.events.table import EVENT_TYPES, TICK_TYPE, EventType, Sender, model_of, types_from

__all__ = [
    "EVENT_TYPES",
    "TICK_TYPE",
    "Event",
    "EventType",
    "Refusal",
    "Sender",
    "model_of",
    "read_event",
    "types_from",
]
