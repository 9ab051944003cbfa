"""Bring the three ways of writing a CloudEvent (binary, structured, bare JSON) to one form before anything judges it."""

from collections.abc import Iterable
from typing import Any

from services.intake.core.guard import MAX_BYTES, Refusal, read_object
from services.intake.core.reasons import Reason

_STRUCTURED = "application/cloudevents"
_ATTRIBUTE = "ce_"


def assemble(body: bytes | None, headers: Iterable[tuple[str, bytes]] = ()) -> dict[str, Any] | Refusal:
    """Return the structured form of a record: context attributes and `data` in one object.

    Binary mode is known by `ce_` headers, as the Kafka binding writes them; without them, and with a content type of
    CloudEvents, the body itself is the structured event. Attributes are not judged here.
    """
    attributes, content_type = _attributes(headers)
    if isinstance(attributes, Refusal):
        return attributes
    structured = content_type.strip().lower().startswith(_STRUCTURED)
    if structured and "batch" in content_type.lower():
        return Refusal(Reason.UNSUPPORTED_CONTENT, "a batch in one record")
    tree = read_object(body or b"", max_bytes=MAX_BYTES)
    if isinstance(tree, Refusal) or structured or not attributes:
        return tree
    if content_type:
        attributes["datacontenttype"] = content_type
    return {**attributes, "data": tree}


def _attributes(headers: Iterable[tuple[str, bytes]]) -> tuple[dict[str, Any] | Refusal, str]:
    """Return the attributes that `ce_` headers carry, and the content type."""
    attributes: dict[str, Any] = {}
    content_type = ""
    for header, raw in headers:
        name = header.lower()
        if name != "content-type" and not name.startswith(_ATTRIBUTE):
            continue
        try:
            value = raw.decode()
        except UnicodeDecodeError:
            return Refusal(Reason.NOT_UTF8, f"header {name}"), ""
        if name == "content-type":
            content_type = value
            continue
        attribute = name.removeprefix(_ATTRIBUTE)
        if attribute in attributes:
            return Refusal(Reason.DUPLICATE_KEY, f"header {name}"), ""
        attributes[attribute] = value
    return attributes, content_type
