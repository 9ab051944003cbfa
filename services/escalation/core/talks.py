"""End the proposals of a talk when the talk is held (S2-18, S3-21..23): by whom it was held with, and when.

A talk belongs to the area or department that was talked to. What proposes talks elsewhere, an accident or a league
table, tells its subjects so, and is told in turn which talks were held.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import msgspec

from services.escalation.core.calendar import local_day, midnight
from services.escalation.core.case import Case, CaseKey, Contribution
from services.escalation.core.contributions import Summoned, Talked
from services.escalation.core.findings import TALK, Finding, Found
from services.escalation.core.heard import Heard, in_order

HELD: Final = "talk.held"

Finds = Iterator[Found]
Held = tuple[tuple[date, Heard], ...]
Gifts = Iterator[tuple[CaseKey, Contribution]]


class _Said(msgspec.Struct, frozen=True):
    held_on: str = ""


_said_of: Final = msgspec.json.Decoder(_Said).decode


def held(facts: Iterable[Heard]) -> Held:
    """The talks that were held with whom these facts are about, the earliest day first; facts without their data."""
    talks = [(_said_of(fact.data).held_on, fact) for fact in in_order(list(facts)) if fact.subject == HELD]
    days = ((date.fromisoformat(day), msgspec.structs.replace(fact, data=b"")) for day, fact in talks if day)
    return tuple(sorted(days, key=lambda talk: talk[0]))


def summons(committee: str, kind: str, subjects: Iterable[str]) -> Gifts:
    """Tell whom the case may want a talk with."""
    for subject in subjects:
        yield CaseKey(committee, kind, "", subject), Summoned()


def answers(case: Case) -> Gifts:
    """Tell everybody who may want a talk with this case's subject which ones were held."""
    talks = held(case.facts)
    for giver, gift in case.inputs.items() if talks else ():
        if isinstance(gift, Summoned):
            yield CaseKey.parse(giver), Talked(case.key.kind, case.key.id, talks)


def known_to(case: Case) -> Mapping[tuple[str, str], Held]:
    """The talks that this case was told of, by the kind and id of whom they were held with."""
    return {(gift.kind, gift.id): gift.held for gift in case.inputs.values() if isinstance(gift, Talked)}


def ended(found: Finds, talks: Mapping[tuple[str, str], Held]) -> Finds:
    """What was found, where a wanted talk ends with the first one that was held on its day or later."""
    for one in found:
        finding = one.finding
        if talks and finding.measure == TALK:
            yield one._replace(finding=_until(finding, talks.get((finding.subject_kind, finding.subject_id), ())))
        else:
            yield one


def _until(finding: Finding, talks: Held) -> Finding:
    called = local_day(finding.at)
    day = next((day for day, _ in talks if day >= called), None)
    if day is None:
        return finding
    return msgspec.structs.replace(finding, until=max(finding.at, midnight(day)))
