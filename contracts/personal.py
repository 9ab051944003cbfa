"""The numbers that people are known by, as they stand in text: logs mask them, and no publication may hold one."""

import re
from typing import Final

MOBILE: Final = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
"""The groups are what may be shown of it."""
IDENTITY_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
"""With a day of birth that exists, so that the code of a firm is none."""
LIKE_AN_IDENTITY_CARD: Final = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{5})(?:19|20)[0-9]{9}([0-9Xx])(?![0-9A-Za-z])")
"""Mistyped ones too, and now and then the code of a firm; the groups are what may be shown of it."""
