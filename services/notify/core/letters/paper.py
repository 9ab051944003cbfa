"""Lay a letter out in the parts of GB/T 9704-2012: what every template may ask for, as plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.vocabulary import LetterKind
from services.notify.core.letters.content import Content, Party
from services.notify.core.letters.drafting import UNNUMBERED
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.numerals import counted, date_in_arabic, date_of_issue, document_number
from services.notify.core.letters.organs import Organ
from services.notify.core.letters.titles import title_lines

BODY_WIDTH: Final = 28  # characters on a line (版心 156 mm, 三号)
DATE_FROM_RIGHT: Final = 4.0  # characters: 成文日期右空四字 (7.3.5)
DRAFT_MARK: Final = "送审稿"
UNSIGNED: Final = "　　　"
UNDATED: Final = "　　　　年　　月　　日"

FIELDS: Final[Mapping[str, str]] = {
    "head": "发文机关标志",
    "number": "发文字号",
    "signer": "签发人（上行文；其余公文为空）",
    "draft_mark": "送审稿标记（已签发的为空）",
    "title_lines": "标题，分行",
    "addressees": "主送机关",
    "opening": "正文开头各段",
    "facts": "基本情况表：每行有 label 和 words",
    "grounds": "依据各段",
    "demands": "要求各段",
    "sections": "小标题：facts、grounds、demands",
    "closing": "结尾用语",
    "attachments": "附件说明各行",
    "signature": "发文机关署名",
    "issued_on": "成文日期",
    "annexes": "附件正文：每份有 mark、title 和 lines",
    "copies": "抄送机关",
    "printed_by": "印发机关",
    "printed_on": "印发日期",
}
"""Every field that a template may name, with what it holds."""

NEEDED: Final = frozenset({"title_lines", "addressees", "opening", "demands", "signature", "issued_on"})
"""Fields without which a letter would lose something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What sign-off adds: the day, who signed, and the number where the kind has one."""

    issued_on: date
    number: int | None
    signed: bool
    signer: str = ""


def fields_of(letter: Letter, organ: Organ, issue: Issue) -> dict[str, Any]:
    """The letter in the words of a template; members are those of `FIELDS`."""
    content = letter.content
    demands = (*content.demands, *_asked(content, issue.issued_on))
    numbered = letter.kind not in UNNUMBERED
    return {
        "head": organ.head,
        "number": document_number(organ.mark, issue.issued_on.year, issue.number) if numbered else "",
        "signer": (issue.signer if issue.signed else UNSIGNED) if numbered and goes_up(letter, organ) else "",
        "draft_mark": "" if issue.signed else DRAFT_MARK,
        "title_lines": list(title_lines(content.title)),
        "addressees": _listed(content.addressees),
        "opening": list(content.opening),
        "facts": [{"label": label, "words": words} for label, words in content.facts],
        "grounds": list(content.grounds),
        "demands": _numbered(demands),
        "sections": _sections(letter.kind, content, demands),
        "closing": content.closing,
        "attachments": _attached(content),
        "signature": organ.name,
        "issued_on": date_of_issue(issue.issued_on, organ.numerals) if issue.signed else UNDATED,
        "annexes": [
            {
                "mark": f"附件{n}" if len(content.annexes) > 1 else "附件",
                "title": annex.title,
                "lines": list(annex.lines),
            }
            for n, annex in enumerate(content.annexes, start=1)
        ],
        "copies": _listed(content.copies),
        "printed_by": organ.name,
        "printed_on": f"{date_in_arabic(issue.issued_on) if issue.signed else UNDATED}印发",
    }


def goes_up(letter: Letter, organ: Organ) -> bool:
    """Whether it is written to organs above alone: 上行文, which names who signed it (GB/T 9704-2012, 7.2.6)."""
    addressees = letter.content.addressees
    return bool(addressees) and all(party.unit in organ.superiors for party in addressees)


def from_right(signature: str, issued_on: str) -> tuple[float, float]:
    """How many characters signature and date stand from the right: the date four, the name centred over it.

    A name so long that it would leave the page stands at the edge, and the date is centred below it.
    """
    longer = (len(signature) - len(issued_on)) / 2
    name = DATE_FROM_RIGHT - longer
    return (name, DATE_FROM_RIGHT) if name >= 0 else (0.0, longer)


def _asked(content: Content, issued_on: date) -> tuple[str, ...]:
    """The answer that is due; 前 includes the day itself."""
    due = content.due_on(issued_on)
    if due is None:
        return ()
    return (f"请于{date_in_arabic(due)}前将{content.reply_ask}书面报送我办。",)


def _listed(parties: tuple[Party, ...]) -> str:
    """Groups parted by ，, within a group by 、 (省安委办，市委办、市府办)."""
    return "".join(f"{'' if n == 0 else '、' if party.beside else '，'}{party.name}" for n, party in enumerate(parties))


def _numbered(demands: tuple[str, ...]) -> list[str]:
    if len(demands) <= 1:
        return list(demands)
    return [f"（{counted(n)}）{demand}" for n, demand in enumerate(demands, start=1)]


def _sections(kind: LetterKind, content: Content, demands: tuple[str, ...]) -> dict[str, str]:
    """The numbered headings of the parts that are there; a letter of one part needs none."""
    titles = {
        "facts": ("基本情况", bool(content.facts)),
        "grounds": ("有关依据", bool(content.grounds)),
        "demands": (_DEMANDED.get(kind, "工作要求"), bool(demands)),
    }
    there = [part for part, (_, present) in titles.items() if present]
    if len(there) <= 1:
        return dict.fromkeys(titles, "")
    return {
        part: f"{counted(there.index(part) + 1)}、{title}" if part in there else ""
        for part, (title, _) in titles.items()
    }


_DEMANDED: Final[Mapping[LetterKind, str]] = {
    LetterKind.TALK_MINUTES: "约谈情况",
    LetterKind.MEETING_MINUTES: "会议情况",
    LetterKind.LEADER_BRIEF: "汇报内容",
    LetterKind.MEETING_INVITATION: "有关事项",
    LetterKind.PUBLICATION: "处理和整改情况",
    LetterKind.CRIME_REFERRAL: "移送事项",
}


def _attached(content: Content) -> list[str]:
    """附件：one name, or several with their numbers in line below one another."""
    names = content.listed
    if len(names) <= 1:
        return [f"附件：{name}" for name in names]
    return [f"{'附件：' if n == 1 else '　　　'}{n}. {name}" for n, name in enumerate(names, start=1)]
