"""Withhold the content of a restricted record from who may not see it (S0-22, S3-27): that it exists may be counted."""

from typing import Final

import msgspec

from contracts.decisions import Decision

WITHHELD: Final = "内容限有权知悉者查看。"
KEPT: Final = ("addressee",)
"""What of the context may stay: to whom it is addressed routes it, and names no case."""

_decode: Final = msgspec.json.Decoder(Decision).decode
_encode: Final = msgspec.json.Encoder().encode
_MARK: Final = b'"restricted":true'


def withheld(record: Decision) -> Decision:
    """The record as everybody may see it: a restricted one without its reason, its facts and its subject's words."""
    if not record.restricted:
        return record
    context = {key: word for key, word in record.context.items() if key in KEPT}
    return msgspec.structs.replace(record, reason=WITHHELD, facts=(), context=context)


def withheld_document(document: bytes) -> bytes:
    """The same of a record as JSON; one that is not restricted is given back as it came."""
    if _MARK not in document.replace(b" ", b""):
        return document
    return _encode(withheld(_decode(document)))
