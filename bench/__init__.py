"""Measure what the product does on this machine, and what it is measured against."""
