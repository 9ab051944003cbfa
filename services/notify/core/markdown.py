"""Lay a message out for chat programs: a little Markdown of ours, and none of what people wrote."""

from typing import Final

from services.notify.core.messages import Message, plain

_LENGTHS: Final = (2000, 1000, 500, 250, 120, 60, 30)  # characters of one line, tried until the whole fits
_MARKS: Final = r"""*_#[]()<>`!|~\@{}&$"""
_WIDE: Final = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in _MARKS})


def markdown(message: Message, room: int) -> str:
    """The message in at most `room` bytes of UTF-8 (at least 4,000): its lines are cut evenly where it is longer."""
    for length in _LENGTHS:
        text = _laid_out(message, length)
        if len(text.encode()) <= room:
            break
    return text


def harmless(text: str) -> str:
    """The text without markup, mentions or links for any chat program.

    Backslashes are honoured by some of them only, so each mark becomes its full-width twin, which reads the same.
    """
    return text.translate(_WIDE).replace("://", "：／／")


def _laid_out(message: Message, length: int) -> str:
    title = f"### {harmless(message.title)}"
    if message.items:
        lines = [f"{number}. {harmless(plain(item.text, length))}" for number, item in enumerate(message.items, 1)]
    else:
        lines = [f"**{harmless(label)}**：{harmless(plain(text, length))}" for label, text in message.lines]
    notes = [f"> {harmless(note)}" for note in message.notes]
    return "\n\n".join([title, "\n".join(lines) if message.items else "\n\n".join(lines), *notes])
