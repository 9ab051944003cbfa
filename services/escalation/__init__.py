"""Decide from facts and policy what is late, what comes back and what is owed, and announce it."""
