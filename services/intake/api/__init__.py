"""The HTTP door of intake: events, imports of ledgers, dead letters."""
