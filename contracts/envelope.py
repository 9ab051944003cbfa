"""Read the context attributes of a CloudEvent: who says it, when it happened, and whom it concerns."""

import re
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from contracts.fields import Division, Id, Instant

SPECVERSION: Final = "1.0"
TYPE_PATTERN: Final = r"^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]{0,3}$"
SOURCE_PATTERN: Final = r"^[^\s\u0000-\u001f]+$"
CONTENT_TYPE_PATTERN: Final = r"^[Aa][Pp][Pp][Ll][Ii][Cc][Aa][Tt][Ii][Oo][Nn]/([^\s;]+\+)?[Jj][Ss][Oo][Nn]\s*(;.*)?$"

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def _trace_or_nothing(value: object) -> str | None:
    """Drop what is no W3C traceparent: a broken trace starts anew and never costs the event."""
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


class Envelope(BaseModel):
    """The context attributes we use; others are left alone. `data` is judged by the model of its type."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    specversion: Annotated[str, StringConstraints(pattern=r"^1\.0$")] = Field(description="CloudEvents 版本: 1.0")
    id: Id = Field(description="事件编号: with source the idempotency key")
    source: Annotated[str, StringConstraints(max_length=256, pattern=SOURCE_PATTERN)] = Field(
        description="来源: a URI reference that is registered for the sender",
    )
    type: Annotated[str, StringConstraints(max_length=128, pattern=TYPE_PATTERN)] = Field(
        description="事件类型: <subject>.<past participle>.v<major>",
    )
    time: Instant = Field(description="发生时间: RFC 3339 with offset; when it happened")
    tenant: Division = Field(description="属地: division code of the unit in charge, 6 to 12 digits")
    recordedtime: Instant | None = Field(
        None, description="记录时间: when the source recorded it; absent means at time"
    )
    correction: Id | None = Field(
        None, description="更正: id of the event whose data this replaces; empty data voids it"
    )
    datacontenttype: Annotated[str, StringConstraints(pattern=CONTENT_TYPE_PATTERN)] | None = Field(
        None,
        description="数据格式: application/json",
    )
    traceparent: Annotated[str | None, BeforeValidator(_trace_or_nothing)] = Field(
        None,
        description="链路: W3C trace context",
    )
    data: dict[str, Any] = Field(description="数据: as the type says")
