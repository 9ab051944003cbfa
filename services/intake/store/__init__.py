"""The only SQL of intake: sources and keys, what was heard, ledgers and imports, dead letters, the clock."""
