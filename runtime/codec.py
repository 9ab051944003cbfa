"""Turn our own facts into bytes and back, and put the relay's two words at the end of a document without parsing it."""

import datetime as dt
import re

import msgspec

from contracts.facts import Fact
from runtime.errors import Rejected

CONTENT_TYPE = ("content-type", b"application/cloudevents+json")
TICK_KEY = b"tick"
TICK_TYPE = "clock.ticked.v1"

_SEQUENCE = b'"sequence":"'
_TAIL = re.compile(rb'"sequence":"([0-9]{1,9}):([0-9]{1,18})"\}\Z')
_TAIL_LENGTH = 64  # bytes at the end of a document that hold the sequence

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Fact)


def encode(fact: Fact) -> bytes:
    """The structured CloudEvent of a fact, UTF-8, without members that have their default."""
    return _encoder.encode(fact)


def decode(value: bytes) -> Fact:
    """The fact in a document of an inner topic; raises `Rejected("undecodable")`."""
    try:
        return _decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Rejected("undecodable", [str(error)]) from error


def instant_text(instant: dt.datetime) -> str:
    """RFC 3339 in UTC with microseconds, as every fact of ours writes its instants."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.astimezone(dt.UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def splice(document: bytes, *, accepted_at: dt.datetime, incarnation: int, number: int) -> bytes:
    """The document with `acceptedtime` and `sequence` as its last two members; it must be a JSON object with members."""
    if not is_announceable(document):
        raise ValueError("only a JSON object with members can be numbered")
    tail = f',"acceptedtime":"{instant_text(accepted_at)}","sequence":"{incarnation}:{number}"}}'
    return document[:-1] + tail.encode("ascii")


def is_announceable(document: bytes) -> bool:
    """Whether a document looks like a JSON object with members and without a sequence of its own at its end."""
    return len(document) > 2 and document[:1] == b"{" and document[-1:] == b"}" and sequence_of(document) is None  # noqa: PLR2004 (two braces)


def sequence_of(value: bytes) -> tuple[int, int] | None:
    """(incarnation, number) from the end of a published document, or None where the relay wrote none."""
    start = value.rfind(_SEQUENCE, max(0, len(value) - _TAIL_LENGTH))
    found = _TAIL.match(value, start) if start >= 0 else None
    return (int(found[1]), int(found[2])) if found else None


def tick(at: dt.datetime, *, source: str) -> bytes:
    """The document of a tick: the slot's time is complete up to `at`."""
    text = instant_text(at)
    return _encoder.encode(
        {
            "specversion": "1.0",
            "id": "tick",
            "source": source,
            "type": TICK_TYPE,
            "time": text,
            "tenant": "",
            "committee": "",
            "acceptedtime": text,
            "data": {},
        }
    )
