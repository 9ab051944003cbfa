"""Announce facts in the transaction that makes them; one relay publishes them later, numbered and in order."""

from runtime.outbox.relay import Relay, Ticks
from runtime.outbox.rows import Outgoing, announce, open_slots, set_incarnation

__all__ = ["Outgoing", "Relay", "Ticks", "announce", "open_slots", "set_incarnation"]
