"""The official forms: each file is one form, a pure function from what is known to a table that can be signed."""
