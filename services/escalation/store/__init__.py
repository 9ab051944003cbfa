"""Keep and read the tables of escalation: the only place here that knows SQL."""
