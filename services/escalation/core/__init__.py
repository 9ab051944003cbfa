"""The pure room of escalation: facts and policy in, decisions out; no clock, no log, no database."""
