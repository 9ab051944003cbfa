"""Say what of a decision the public may read, and what must not stand in a text that is published (S2-38, S3-24, S3-31).

A publication is a letter to the public: drafted by a decision or a person, signed by a named person, and shown as the
very file that was signed. Who is a person, and who told of a hazard, never stands in it.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from contracts.personal import IDENTITY_CARD
from contracts.vocabulary import LetterKind, LetterState, Status
from services.notify.core.letters.content import Content, Party
from services.notify.core.letters.letter import ISSUED, Letter

PUBLIC: Final = Party(name="社会公众")
"""To whom a publication is addressed: nobody's mail."""
CHECKED: Final = "【请审定：文中没有自然人姓名、电话、住址和举报线索；审定后删去本行】"
SHOWN: Final = frozenset(
    {"隐患内容", "场所名称", "属地", "行业领域", "隐患等级", "事故等级", "伤亡和损失", "整改期限", "责任单位"}
)
"""Rows of a letter's table that the public may read: how a hazard was found could show who told of it."""
UNDECIDED: Final = frozenset({Status.PROPOSED, Status.PROVISIONAL, Status.QUESTIONED, Status.REJECTED})

_INFORMED: Final = "举报"
_ADVICE: Final = re.compile(r"，建议[^。]*")  # a person has decided since
_GAP: Final = r"[ .·‐–—-]?"
_JOINED: Final = re.compile(r"(?<=[0-9])[ -](?=[0-9Xx])")
_PERSONAL: Final = (
    ("手机号码", re.compile(rf"(?<![0-9])1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])")),
    ("电话号码", re.compile(rf"(?<![0-9])\(?0[0-9]{{2,3}}\)?{_GAP}[0-9]{{3,4}}{_GAP}[0-9]{{4}}(?![0-9])")),
    ("身份证号", IDENTITY_CARD),
    ("电子邮箱", re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}")),
)


def public_reason(reason: str, subject: str) -> str:
    """The reason without what it advised and the number that its `subject` has here, where no tip-off shows; else nothing."""
    return "" if _INFORMED in reason else _ADVICE.sub("", reason).replace(f"（{subject}）", "")


def public_rows(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The rows that the public may read."""
    return tuple((label, words) for label, words in rows if label in SHOWN)


def why_unpublishable(letter: Letter, *, restricted: bool, status: Status) -> str | None:
    """The reason in Chinese why this text cannot be published; None where it can, or where it is no publication."""
    if letter.kind is not LetterKind.PUBLICATION:
        return None
    if restricted:
        return "所依据的事项限有权知悉者查看，不得公开"
    if status in UNDECIDED:
        return f"所依据的决定{status.chinese}，尚未确定，不得公开"
    for line in map(_plainly, _lines(letter.content)):
        if _INFORMED in "".join(line.split()):
            return "公开文本不得涉及举报，请先删去"
        found = next((what for what, pattern in _PERSONAL if pattern.search(line)), None)
        if found is None and IDENTITY_CARD.search(_JOINED.sub("", line)):
            found = "身份证号"
        if found is not None:
            return f"公开文本中有{found}，请先删去"
    return None


def is_public(letter: Letter) -> bool:
    """Whether everybody may read it: signed, and not taken back since."""
    return letter.kind is LetterKind.PUBLICATION and letter.state in ISSUED


def was_public(letter: Letter) -> bool:
    """Whether it was published and taken back."""
    return letter.kind is LetterKind.PUBLICATION and letter.state is LetterState.WITHDRAWN


def _plainly(line: str) -> str:
    """The line with the usual forms of its characters: a full-width digit is a digit."""
    return unicodedata.normalize("NFKC", line)


def _lines(content: Content) -> Iterable[str]:
    """Every text of a person's that stands on the paper."""
    yield from (party.name for party in (*content.addressees, *content.copies))
    yield from (content.title, *content.opening, *content.grounds, *content.demands, content.reply_ask, content.closing)
    yield from (words for row in content.facts for words in row)
    yield from content.attachments
    yield from (line for annex in content.annexes for line in (annex.title, *annex.lines))
