"""Read a file of structured events, one a line, without judging them: whose each line is, and where it stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.intake.core.guard import Refusal, read_object

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank; `number` counts from 1."""

    number: int
    body: bytes
    #: Its CloudEvents `source`; None where the line cannot be read or names none.
    source: str | None
    tenant: str | None
    #: Whether it is a JSON object at all.
    readable: bool


def read_lines(lines: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines of a file; line ends and a byte order mark are taken off."""
    for number, raw in enumerate(lines, 1):
        body = raw.removeprefix(_BYTE_ORDER_MARK).strip()
        if not body:
            continue
        tree = read_object(body)
        if isinstance(tree, Refusal):
            yield Line(number, body, None, None, readable=False)
        else:
            yield Line(number, body, _text(tree.get("source")), _text(tree.get("tenant")), readable=True)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
