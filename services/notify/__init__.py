"""Tell people what was decided: the right holder of a role, once, over a channel that says whether it arrived."""
