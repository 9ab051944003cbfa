"""Withhold restricted records as they are stored and shown: as JSON."""

from typing import Final

import msgspec

from contracts.decisions import Decision
from contracts.withholding import withheld

_decode: Final = msgspec.json.Decoder(Decision).decode
_encode: Final = msgspec.json.Encoder().encode
_MARK: Final = b'"restricted":true'


def withheld_document(document: bytes) -> bytes:
    """The record as everybody may see it; one that is not restricted is given back as it came."""
    if _MARK not in document.replace(b" ", b""):
        return document
    return _encode(withheld(_decode(document)))
