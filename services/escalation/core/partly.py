"""Spare a case work: say what has changed of it, which rules that concerns, and whether others have to be told.

A fact changes little of its case, and another case's word changes one thing. A rule that reads none of what changed
finds what it found before, so it is not asked, and what it found stays as it is. Rules name what they read in READS;
kinds of case that are not here are asked everything each time.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from services.escalation.core.case import Case, Contribution, HazardAtSite
from services.escalation.core.cases import hazard, site
from services.escalation.core.law import Docket, Law
from services.escalation.core.moving import terms

News = frozenset[str] | None
"""What of a case has changed since it was settled last, None where it may be anything; rules name it in their READS."""


class Why(Enum):
    """Why a case is settled: its own fact, its armed clock, what another case gave it, or what a person decided."""

    FACT = "fact"
    TIME = "time"
    GIFT = "gift"
    PERSON = "person"


class Partly(NamedTuple):
    """How a kind is spared work.

    `news` says what has changed, by why the case is settled and what sort of thing it was given; `dockets` are those of
    the packs under which it ever stood; `gives` says whether what other cases are told may be another than before.
    """

    news: Callable[[Any, Why, type[Contribution] | None], News]
    dockets: Callable[[Law, Case, Any], Sequence[Docket]]
    gives: Callable[[Any, frozenset[str]], bool]


def concerned(case: Case, dockets: Iterable[Docket], news: frozenset[str]) -> frozenset[str]:
    """The rules that may find something else than before: they read the news, or by now time has reached what they found."""
    limit, coming = case.instants_to, case.coming  # of its two limits the later one
    asked = frozenset(case.ending)
    if due := [rule for rule, at in coming.items() if limit is None or at <= limit]:
        asked |= frozenset(due)
    for docket in dockets if news else ():
        may_find, may_end = docket.readers(news)
        if may_find:
            asked |= may_find
        if may_end and (coming or case.ledger):
            asked |= may_end & {*coming, *[entry.record.rule for entry in case.ledger.values()]}
    return asked


# ------------------------------------------------------------------ a hazard: by its own facts, and by time


def _hazard_news(state: hazard.Hazard, why: Why, _given: type[Contribution] | None) -> News:
    if why is Why.TIME:
        return frozenset()
    return state.news if why is Why.FACT else None


def _hazard_dockets(law: Law, case: Case, state: hazard.Hazard) -> Sequence[Docket]:
    pack = law.pack_at(case.key.committee, state.found_at)
    if case.moves:
        return [law.docket(term.pack, "hazard") for term in terms(law, case, pack)]
    return [law.docket(pack, "hazard")] if pack else []


_SAID_AT_SITE: Final = frozenset({hazard.LEVELS, hazard.CLOSURES, hazard.FAILURES, *hazard.HOLDING})


def _hazard_gives(state: hazard.Hazard, news: frozenset[str]) -> bool:
    if not _SAID_AT_SITE.isdisjoint(news):
        return True
    return not news.isdisjoint((hazard.WORK, hazard.DONE)) and any(map(state.told, hazard.HOLDING))


HAZARD: Final = Partly(_hazard_news, _hazard_dockets, _hazard_gives)


# ------------------------------------------------------------------ a site: by what one of its hazards tells it


_HAZARD_TOLD: Final = frozenset({site.HAZARDS})


def _site_news(_state: site.SiteHistory, why: Why, given: type[Contribution] | None) -> News:
    return _HAZARD_TOLD if why is Why.GIFT and given is HazardAtSite else None


def _site_dockets(law: Law, case: Case, _state: site.SiteHistory) -> Sequence[Docket]:
    return [law.docket(pack, "site") for pack in law.versions(case.key.committee)]


def _site_gives(_state: site.SiteHistory, _news: frozenset[str]) -> bool:
    return True


SITE: Final = Partly(_site_news, _site_dockets, _site_gives)
