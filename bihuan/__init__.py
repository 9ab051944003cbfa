"""The command line of Bihuan 闭环; the product itself lives in the rooms beside it."""

from typing import Final

VERSION: Final = "0.1.0"
"""The release, as `bihuan --version`, the image's tag and CHANGELOG.md name it."""
