"""Keep and read the tables of reporting: the only place here that knows SQL."""
