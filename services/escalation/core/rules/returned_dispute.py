"""Ask the committee to arbitrate where a hazard is pushed to and fro (S4-16): 职能交叉, 多头管理, 推诿扯皮.

Two grounds: it was returned too often, or reports name more than one supervising unit. Arbitration stops no clock; it
ends with the next reassignment.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from pydantic import Field

from services.escalation.core.cases.hazard import DONE, WORK, Hazard
from services.escalation.core.findings import Finding
from services.escalation.core.heard import Heard, each_once
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, Addressee, GivenInt, Measure, RuleParameters
from services.escalation.core.wording import hazard_context, hazard_words

RULE = "returned_dispute"
READS = frozenset({WORK, DONE, "hazard.returned", "hazard.reassigned"})
MANY = 2


class Parameters(RuleParameters):
    """How often it must be returned, and who arbitrates."""

    returns: GivenInt = Field(description="How many returns make a dispute; the notice gives no number.")
    measure: Measure = Field("alert", description="What follows.")
    acts: Acts = Field("committee", description="The level that arbitrates.")
    to: Addressee = Field("committee_office", description="Whom it addresses.")


class _Dispute(NamedTuple):
    step: str
    number: int
    at: datetime
    until: datetime | None
    facts: tuple[Heard, ...]
    words: str


def find(hazard: Hazard, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield each dispute, until the hazard is reassigned or done."""
    if len(hazard.reports) < MANY and not hazard.told("hazard.returned"):
        return
    for dispute in (*_returned(hazard, parameters), *_claimed(hazard)):
        yield Finding(
            measure=parameters.measure,
            step=dispute.step,
            subject_kind="hazard",
            subject_id=hazard.hazard_id,
            occurrence=str(dispute.number),
            at=dispute.at,
            instant=True,
            until=dispute.until,
            tenant=hazard.tenant,
            level=where.acting(hazard.tenant, parameters.acts),
            reason=partial(_reason, hazard, dispute),
            rests_on=each_once(hazard.first, *dispute.facts),
            context=partial(hazard_context, hazard, where, addressee=parameters.to),
        )


def _returned(hazard: Hazard, parameters: Parameters) -> Iterator[_Dispute]:
    """A dispute at the return that completes the number, and at any return after it was settled."""
    returns = hazard.told("hazard.returned")
    number, until = 0, None
    for count, (fact, said) in enumerate(returns, 1):
        settled = number == 0 or (until is not None and until < fact.time)
        if count < parameters.returns.value or not settled:
            continue
        until = _end(hazard, fact.time)
        suggested = f"，最近一次建议由{said.suggested_unit}负责" if said.suggested_unit else ""
        facts = tuple(earlier for earlier, _ in returns[:count])
        yield _Dispute("returns", number, fact.time, until, facts, f"已被退回{count}次{suggested}")
        number += 1


def _claimed(hazard: Hazard) -> Iterator[_Dispute]:
    """One dispute where reports of one hazard name several supervising units."""
    units: dict[str, Heard] = {}
    for fact, report in hazard.reports:
        if report.supervising_unit and report.supervising_unit not in units:
            units[report.supervising_unit] = fact
        if len(units) >= MANY:
            words = f"有{len(units)}个单位同为督办单位（{'、'.join(units)}）"
            yield _Dispute("claimants", 0, fact.time, _end(hazard, fact.time), tuple(units.values()), words)
            return


def _end(hazard: Hazard, after: datetime) -> datetime | None:
    """When the committee decided who is responsible, or the hazard was done."""
    ends = [fact.time for fact, _ in hazard.told("hazard.reassigned") if fact.time > after]
    ends += [work.end for work in hazard.work if work.end is not None and work.end >= after]
    return min(ends, default=None)


def _reason(hazard: Hazard, dispute: _Dispute) -> str:
    return f"{hazard_words(hazard)}{dispute.words}，职责存在争议，请安委会协调明确责任单位；整改期限照常计算。"
