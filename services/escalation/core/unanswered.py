"""Climb where a letter stayed without an answer: nobody signed for it or replied by its last day.

The notices ask for letters and for what follows them; that silence is followed by the next rung is ours. After a 提示函
comes a 督办函 of the same level, at least a county's; after any other letter one of the level above; where there is none
above, an alert. It ends with what it follows, and falls with it. Where the ladder itself has got that far meanwhile, it is the next rung.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import msgspec

from contracts.decisions import NO_REPLY
from contracts.vocabulary import Level, Measure
from services.escalation.core.findings import Context, Finding, Found
from services.escalation.core.gate import UNANSWERED, decision_of
from services.escalation.core.heard import Heard, in_order
from services.escalation.core.wording import deadline_words

FOLLOWS: Final = "follows"
"""In a record's context: the decision whose letter stayed without an answer."""
LEVELS: Final = ("town", "county", "city", "province")
_RANK: Final[Mapping[str, int]] = {
    measure: rank
    for rank, measure in enumerate(("remind", "alert", "notice_letter", "supervision_letter", "listed_supervision"))
}


def silences(said: Iterable[Heard]) -> dict[str, Heard]:
    """The first missed answer about each decision."""
    found: dict[str, Heard] = {}
    for fact in in_order([fact for fact in said if fact.subject == UNANSWERED]):
        found.setdefault(decision_of(fact.data), fact)
    return found


def climbs(found: Iterable[Found], missed: Mapping[str, Heard], identity: Callable[[Found], str]) -> Iterator[Found]:
    """What is found, and after each letter without an answer the next rung; that one's letter may stay without one too."""
    waiting = list(found)
    for one in waiting:
        yield one
        decision_id = identity(one)
        fact = missed.get(decision_id)
        if fact is None:
            continue
        after = _after(one, fact, decision_id)
        if not _is_reached(after, waiting, fact.time):
            waiting.append(after)


def _after(one: Found, fact: Heard, decision_id: str) -> Found:
    finding = one.finding
    measure, level = _next(finding)
    above = msgspec.structs.replace(
        finding,
        measure=measure,
        level=level,
        step=".".join(part for part in (finding.step, NO_REPLY) if part),
        at=fact.time,
        instant=True,
        ladder="",
        lapses_at=None,
        rests_on=(*finding.rests_on, fact),
        reason=partial(_reason, finding, fact, measure, level),
        context=partial(_context, finding.context, decision_id),
    )
    return one._replace(finding=above)


def _next(finding: Finding) -> tuple[str, str]:
    if finding.measure == "notice_letter":
        return "supervision_letter", max(finding.level, "county", key=LEVELS.index)
    place = LEVELS.index(finding.level) + 1
    return ("supervision_letter", LEVELS[place]) if place < len(LEVELS) else ("alert", finding.level)


def _is_reached(after: Found, found: Iterable[Found], due: datetime) -> bool:
    """Whether another rung about the same subject has got as far by then: a second letter would say the same."""
    subject, wanted = (after.finding.subject_kind, after.finding.subject_id), _place(after.finding)
    return any(
        other.rule == after.rule
        and other.finding.at <= due
        and (other.finding.subject_kind, other.finding.subject_id) == subject
        and other.finding.measure in _RANK
        and _place(other.finding) >= wanted
        for other in found
    )


def _place(finding: Finding) -> tuple[int, int]:
    return _RANK.get(finding.measure, 0), LEVELS.index(finding.level)


def _reason(finding: Finding, fact: Heard, measure: str, level: str) -> str:
    said = finding.reason if isinstance(finding.reason, str) else finding.reason()
    letter = Measure(finding.measure).chinese
    asks = f"由{Level(level).chinese}发督办函" if measure == "supervision_letter" else "请予核实"
    return f"{said.removesuffix('。')}；{letter}至{deadline_words(fact.time)}无人签收或者答复，{asks}。"


def _context(context: Context, decision_id: str) -> dict[str, str]:
    return {**(context() if callable(context) else context), FOLLOWS: decision_id}
