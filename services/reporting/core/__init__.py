"""The pure room of reporting: facts in, rows and words out; no clock, no log, no database."""
