"""The league table 月晾晒: a versioned formula, and a score of every unit that opens onto the hazards behind it."""
