"""Hear decisions, send notices, and do what people ask: each move in one transaction."""
