"""Put a major hazard that keeps coming back and stays on the list of major safety problems, 被动发现 (S2-24).

Three things together: it is major, it was found again after a close-out, and it has been open for long. The notice
gives neither the number nor the age.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from pydantic import Field

from services.escalation.core.calendar import end_of, local_day
from services.escalation.core.cases.hazard import CLOSURES, DONE, LEVELS, WORK, Hazard, Work
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.rounds import found_again_at, gradings
from services.escalation.core.terms import Acts, Addressee, GivenInt, RuleParameters, Span
from services.escalation.core.wording import hazard_context, hazard_words

RULE = "problem_list"
READS = frozenset({WORK, DONE, LEVELS, CLOSURES})
CLASS = "被动发现"


class Parameters(RuleParameters):
    """How often it came back, and how long it has been open since."""

    returns: GivenInt = Field(description="How often it was found again after a close-out.")
    age: Span = Field(description="How long it has been open since it was found; over at 24:00 of the last day.")
    acts: Acts = Field("committee", description="The level that keeps the list.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield an entry for each round in which the hazard was major, came back often enough and stayed long enough."""
    again = hazard.seen_again
    count = parameters.returns.value
    if again is None or len(again.returns) < count:
        return
    for number, work in enumerate(hazard.work):
        entered = _entered(hazard, work, again.returns[count - 1], parameters, where)
        if entered is None:
            continue
        at, until = entered
        yield Finding(
            measure="problem_list",
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(number),
            at=at,
            instant=False,
            until=until,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, len(again.returns), parameters),
            rests_on=each_once(hazard.first, *again.returns),
            context=partial(_context, hazard, where, parameters),
        )


def _entered(
    hazard: Hazard, work: Work, enough: Heard, parameters: Parameters, where: Jurisdiction
) -> tuple[datetime, datetime | None] | None:
    """From when to when it belongs on the list within one span of work, None where it does not."""
    age = parameters.age
    old = end_of(where.calendar.add(local_day(found_again_at(hazard, work)), age.count, age.unit))
    for grading in gradings(hazard, work, ("major",)):
        at = max(old, enough.time, grading.since)
        if grading.until is None or at < grading.until:
            return at, grading.until
    return None


def _context(hazard: Hazard, where: Jurisdiction, parameters: Parameters) -> dict[str, str]:
    return hazard_context(hazard, where, addressee=parameters.to) | {"class": CLASS}


def _reason(hazard: Hazard, returns: int, parameters: Parameters) -> str:
    return (
        f"{hazard_words(hazard)}销号后再次发现{returns}次，且发现后超过{parameters.age.words}仍未整改，"
        f"列入重大安全生产问题清单“{CLASS}”。"
    )
