"""Show how far each entry of the problem list has come: considered, told, supervised, assessed (S2-27).

问题清单会商研判、告知提示、督查督导及考核晾晒: four steps, each with the first moment at which it was done after the
hazard came onto the list. What was done before the listing is no answer to it. It is told when the decision goes out to
who supervises; the 函告 that the decision drafts is one of notify's letters, and stands there.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from contracts.decisions import Decision
from services.escalation.core.cases.league import League
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.cases.site import SiteHistory

SUPERVISING: Final = ("supervisory", "joint", "undercover", "special")
"""Kinds of inspections that look after a thing from above."""
CONSIDERED: Final = "monthly_consultation"
"""The duty at which the committee considers the list (S2-09)."""
ENDED: Final = ("cleared", "retracted", "rejected")


class Entry(msgspec.Struct, frozen=True):
    """One hazard of the list; a step that has not been done is None."""

    decision_id: str
    hazard_id: str
    committee: str
    tenant: str
    site_name: str
    description: str
    listed_at: datetime
    is_open: bool
    considered_at: datetime | None
    told_at: datetime | None
    supervised_at: datetime | None
    assessed_at: datetime | None

    @property
    def steps(self) -> tuple[datetime | None, ...]:
        """The four steps in the order of the notice."""
        return self.considered_at, self.told_at, self.supervised_at, self.assessed_at


def entry(
    listed: Decision,
    told_at: datetime | None,
    consultations: Iterable[Obligation],
    site: SiteHistory | None,
    leagues: Iterable[League],
) -> Entry:
    """One entry: its decision, when it was told, and what was done since at the committee, the site and the table."""
    since, words = listed.at, listed.context
    met = (fact.time for duty in consultations for fact in duty.fulfilments)
    visits = (one.told.time for one in site.inspections if one.kind in SUPERVISING) if site else iter(())
    return Entry(
        decision_id=listed.decision_id,
        hazard_id=listed.subject.id,
        committee=listed.committee,
        tenant=listed.tenant,
        site_name=str(words.get("site_name", "")),
        description=str(words.get("description", "")),
        listed_at=since,
        is_open=listed.status not in ENDED,
        considered_at=_first(met, since),
        told_at=told_at,
        supervised_at=_first(visits, since),
        assessed_at=_first((one.told.time for one in leagues), since),
    )


def in_order(entries: Iterable[Entry]) -> Sequence[Entry]:
    """What is open and has come least far first, then by the day of its listing."""
    return sorted(
        entries,
        key=lambda one: (not one.is_open, sum(step is not None for step in one.steps), one.listed_at, one.hazard_id),
    )


def _first(moments: Iterable[datetime], since: datetime) -> datetime | None:
    return min((moment for moment in moments if moment >= since), default=None)
