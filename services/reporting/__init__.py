"""Reporting counts and shows: read models of every hazard, decision and notice, their metrics and the Chinese console."""
