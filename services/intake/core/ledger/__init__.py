"""Turn the rows of an older system's table into events, by a mapping that a person can read."""
