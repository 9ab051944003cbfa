"""Hear upstream systems: authenticate, validate, deduplicate, announce; and put the ticks of time into the log."""
