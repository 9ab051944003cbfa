"""What a letter says, in parts that a person can edit and a template can lay out."""

from datetime import date, timedelta
from typing import Any, Final

import msgspec

from contracts.moments import YEARS
from services.notify.core.messages import TEXT_LENGTH, plain

LINES: Final = 60  # of any list: a letter is not a report
TITLE: Final = 120  # characters


class Unfit(Exception):
    """The text cannot stand in a letter; the message says which part and why, in Chinese."""


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """To whom a letter goes: the name on the paper, and the unit whose office receives it ('' where none is known).

    `beside`: it stands in one group with the one before it: 市委办公室、市人民政府办公室; groups are parted by ，.
    """

    name: str
    unit: str = ""
    beside: bool = False


class Annex(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is bound with the letter on a page of its own."""

    title: str
    lines: tuple[str, ...]


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole text of a letter.

    `facts` are the rows of its table (label, words), `grounds` quote the clauses it rests on, `demands` are numbered.
    An answer is due `reply_within` days after the day of issue, or on `reply_by` where a person set a date; `reply_ask`
    says what is asked for, '' for no answer. `copies` are told as well, `attachments` listed, `annexes` bound with it.
    """

    title: str
    addressees: tuple[Party, ...]
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    grounds: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    closing: str = ""
    reply_ask: str = ""
    reply_within: int | None = None
    reply_by: date | None = None
    copies: tuple[Party, ...] = ()
    attachments: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()

    def due_on(self, issued_on: date) -> date | None:
        """The last day for an answer; None where none is asked for."""
        if not self.reply_ask:
            return None
        if self.reply_by is not None:
            return self.reply_by
        return None if self.reply_within is None else issued_on + timedelta(days=self.reply_within)

    @property
    def listed(self) -> tuple[str, ...]:
        """The attachments as the letter lists them: those named, then the annexes."""
        return (*self.attachments, *(annex.title for annex in self.annexes))


def edited(content: Content, changes: dict[str, Any]) -> Content:
    """The content with members replaced; raises `Unfit` where a part is unknown, malformed or empty."""
    try:
        return fit(msgspec.convert({**msgspec.to_builtins(content), **changes}, Content))
    except msgspec.ValidationError as error:
        raise Unfit(f"正文不符合格式：{error}") from error


def fit(content: Content) -> Content:
    """The content with every text on one line and nothing invisible in it; raises `Unfit` where a needed part is empty."""
    clean = Content(
        title=plain(content.title, TITLE),
        addressees=_parties(content.addressees),
        opening=_lines(content.opening),
        facts=tuple((_line(label), _line(words)) for label, words in content.facts),
        grounds=_lines(content.grounds),
        demands=_lines(content.demands),
        closing=_line(content.closing),
        reply_ask=_line(content.reply_ask),
        reply_within=content.reply_within,
        reply_by=content.reply_by,
        copies=_parties(content.copies),
        attachments=_lines(content.attachments),
        annexes=tuple(Annex(title=_line(annex.title), lines=_lines(annex.lines)) for annex in content.annexes),
    )
    for part, filled in (("标题", clean.title), ("正文", clean.opening)):
        if not filled:
            raise Unfit(f"{part}不能为空")
    for part, lines in msgspec.structs.asdict(clean).items():
        if isinstance(lines, tuple) and len(lines) > LINES:
            raise Unfit(f"{part} 有 {len(lines)} 项，最多 {LINES} 项")
    if clean.reply_by is not None and clean.reply_by.year not in YEARS:
        raise Unfit(f"回复期限 {clean.reply_by} 不是合理的日期")
    if clean.reply_within is not None and clean.reply_within < 1:
        raise Unfit("回复期限至少为一日")
    return clean


def _line(text: str) -> str:
    return plain(text, TEXT_LENGTH)


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in map(_line, lines) if line)


def _parties(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    """Each once, by name."""
    named: dict[str, Party] = {}
    for party in parties:
        name = _line(party.name)
        if name:
            named.setdefault(name, Party(name=name, unit=_line(party.unit), beside=party.beside and bool(named)))
    return tuple(named.values())
