"""Tell active finding from passive (S2-25): found by whoever is in charge, or by a superior or a citizen."""

from typing import Final

ACTIVE: Final = ("self_check", "inspection", "grid")
"""Found by the unit itself or by those who are in charge of it."""

PASSIVE: Final = ("superior", "undercover", "tip_off")
"""Found by a superior or a citizen where the unit had not looked."""
