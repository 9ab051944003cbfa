"""How services run: clock, database, broker, batches, outbox, doors. No word of the safety field in here."""
