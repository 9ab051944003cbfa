"""Say where the audit stood at a moment: what lies outside the database tells of a chain that was cut or written anew."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from contracts.facts import Instant

ANCHOR_TYPE: Final = "audit.anchored.v1"


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain of one tenant stood."""

    tenant: Annotated[str, Meta(description="属地: division code whose chain it is, * for the installation's own")]
    seq: Annotated[int, Meta(description="序号: number of the last entry")]
    hash: Annotated[
        str, Meta(description="摘要: SHA-256 of the last entry, which covers every one before, in hexadecimal")
    ]


class AuditAnchored(msgspec.Struct, frozen=True, kw_only=True):
    """The head of every chain of the audit."""

    at: Annotated[Instant, Meta(description="时间: when they stood so")]
    heads: Annotated[tuple[ChainHead, ...], Meta(description="链头: one for each chain")]
