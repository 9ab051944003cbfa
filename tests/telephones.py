"""A number for tests that look whether telephones are kept from somebody."""

from typing import Final

CARRIER: Final = "138" + "0013" + "8000"
"""What a carrier publishes as its own: nobody's."""
