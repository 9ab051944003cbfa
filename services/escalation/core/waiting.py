"""Name what a case waits for, so that no open case is ever left lying without anybody knowing why."""

from typing import Final

from services.escalation.core.case import Case
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.law import Law
from services.escalation.core.moving import pack_of
from services.escalation.core.rules import overdue

CLOCK: Final = "clock"
NEWS: Final = "news"
REPORT: Final = "report"
CLOSED: Final = "closed"
SUSPENDED: Final = "suspended"
NO_DEADLINE: Final = "no_deadline"
NO_LADDER: Final = "no_ladder"
BEFORE_POLICY: Final = "before_policy"
PEOPLE: Final = "people"
NOTHING: Final = ""

WAITS: Final = {
    CLOCK: "its next clock is armed",
    NEWS: "it has no clock of its own: what other cases tell it moves it",
    REPORT: "facts came, the report that they follow has not",
    CLOSED: "it has ended",
    SUSPENDED: "its clock was suspended by a decision",
    NO_DEADLINE: "nobody has set a term",
    NO_LADDER: "the policy has no ladder for what is late",
    BEFORE_POLICY: "its term ended before the policy binds",
    PEOPLE: "every rung of its ladder was climbed: people have to act",
    NOTHING: "nothing anybody named: this must not be",
}
"""Every waiting state with its meaning."""


def waits_for(law: Law, case: Case, state: object) -> str:
    """What the case, folded into `state`, waits for: one of `WAITS`, told by its facts and not by what was armed."""
    if case.next_at is not None:
        return CLOCK
    if case.key.kind not in ("hazard", "obligation"):
        return NEWS
    if isinstance(state, Hazard):
        return _hazard(law, case, state)
    if isinstance(state, Obligation):
        return _obligation(case, state)
    return REPORT


def _hazard(law: Law, case: Case, hazard: Hazard) -> str:
    pack = pack_of(law, case, hazard.found_at)
    if hazard.done_at is not None:
        return CLOSED
    if hazard.due is None:
        suspended, resumed = (len(hazard.told(f"hazard.clock_{word}")) for word in ("suspended", "resumed"))
        return SUSPENDED if suspended > resumed else NO_DEADLINE
    ladder = pack.rules.get(overdue.RULE) if pack else None
    if pack is None or not isinstance(ladder, overdue.Parameters):
        return NO_LADDER
    if hazard.due < law.begins(pack) and not case.moves:
        return BEFORE_POLICY
    last = (ladder.ladder[-1].step, str(len(hazard.overdue) - 1))
    return PEOPLE if _decided(case, overdue.RULE, *last) else NOTHING


def _obligation(case: Case, obligation: Obligation) -> str:
    owed = obligation.owed
    if obligation.fulfilments:
        return CLOSED
    if owed.due is None:
        return NO_DEADLINE
    return PEOPLE if any(entry.record.rule == owed.rule for entry in case.ledger.values()) else NOTHING


def _decided(case: Case, rule: str, step: str, occurrence: str) -> bool:
    return any(
        (record.rule, record.step, record.occurrence) == (rule, step, occurrence) and record.status != "retracted"
        for record in (entry.record for entry in case.ledger.values())
    )
