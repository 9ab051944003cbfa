"""Decide who is told what, why not, and what comes after an attempt: pure, time is an argument."""
