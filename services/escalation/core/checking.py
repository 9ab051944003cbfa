"""Say what is wrong with policy packs before they bind anybody: file, line and mend of every fault."""

from collections.abc import Iterator, Sequence

from services.escalation.core.checks import anchors, children, form, labels, ladders, names
from services.escalation.core.checks.parts import Fault, Known, PackText, Parts
from services.escalation.core.policy import parse_pack


def check(texts: Sequence[PackText], known: Known, beside: Sequence[PackText] = ()) -> list[Fault]:
    """Every fault and warning of `texts`, in the order of files and lines.

    `beside` are packs that are not asked about: parents and children may stand there.
    """
    read = [(Parts(text, known), text in texts) for text in (*texts, *beside)]
    formal = {parts.text.file: list(form.read(parts)) for parts, _ in read}
    packs = [parts for parts, _ in read]
    found: list[Fault] = []
    for parts, asked in read:
        if asked:
            found += formal[parts.text.file]
            found += _semantic(parts, packs)
            found += _refused(parts, found)
    order = {text.file: place for place, text in enumerate(texts)}
    return sorted(dict.fromkeys(found), key=lambda fault: (order[fault.file], fault.line, fault.kind, fault.message))


def _semantic(parts: Parts, packs: Sequence[Parts]) -> Iterator[Fault]:
    for part in (ladders, anchors, names, labels):
        yield from part.check(parts)
    yield from children.check(parts, packs)
    for other in packs:
        if other is not parts and (other["id"], other["version"]) == (parts["id"], parts["version"]) and parts["id"]:
            message = f"{other.text.file} is the pack {parts['id']} version {parts['version']} too"
            yield parts.fault("duplicate_id", ("id",), message, "give it another id, or a new version")


def _refused(parts: Parts, found: Sequence[Fault]) -> Iterator[Fault]:
    """What reading the whole pack refuses though none of its parts was at fault: nothing may slip through."""
    if any(fault.kind == "fault" and fault.file == parts.text.file for fault in found):
        return
    try:
        parse_pack(parts.text.raw)
    except ValueError as error:
        yield parts.fault("contradiction", (), str(error), "make the parts agree")


__all__ = ["Fault", "Known", "PackText", "check"]
