"""Withhold the content of a restricted record from who may not see it (S0-22, S3-27): that there is one may be counted."""

from typing import Final

import msgspec

from contracts.decisions import Decision

WITHHELD: Final = "内容限有权知悉者查看。"
KEPT: Final = ("addressee",)
"""What of the context may stay: to whom it is addressed routes it, and names no case."""


def withheld(record: Decision) -> Decision:
    """The record as everybody may see it: a restricted one without its reason, its facts and its subject's words."""
    if not record.restricted:
        return record
    context = {key: word for key, word in record.context.items() if key in KEPT}
    return msgspec.structs.replace(record, reason=WITHHELD, facts=(), context=context)
