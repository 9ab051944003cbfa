"""Keep corrections that come before the event that they name, and hand them over when it comes.

A void says no more than the id of its event, so nobody else can tell whose it is. Handed over, a case keeps the same
facts as if the event had come first, and so the same is decided whatever came first.
"""

from collections.abc import Iterable

from contracts.divisions import Divisions
from services.escalation.core.case import Case, CaseKey, Cases, in_charge
from services.escalation.core.contributions import Handed
from services.escalation.core.heard import Heard

KIND = "correction"


def key_of(committee: str, source: str, event_id: str) -> CaseKey:
    """Where the corrections of an event wait that has not come yet."""
    return CaseKey(committee, KIND, "", f"{source}#{event_id}")


def wait_for(case: Case, correction: Heard, cases: Cases) -> None:
    """Let a correction wait, with the corrections of itself that wait already."""
    if case.hear(correction):
        known = cases.early(key_of(case.key.committee, correction.source, correction.id))
        for other in known.facts if known else ():
            case.hear(other)
        cases.put(case)


def hand_over(case: Case, event: Heard, cases: Cases, divisions: Divisions) -> None:
    """Give the case the corrections of an event that it has just heard.

    Those of a tenant that has no say in it keep waiting: had they come later, they would not have been taken either.
    """
    waiting = cases.early(key_of(case.key.committee, event.source, event.id))
    if waiting is None:
        return
    corrections = [one for one in waiting.facts if _has_a_say(case, one, divisions)]
    for correction in corrections:
        case.hear(correction)
    if corrections:
        case.inputs[str(waiting.key)] = Handed()
        if case.key not in waiting.gave_to:
            waiting.gave_to.append(case.key)
            cases.put(waiting)


def beyond(keys: Iterable[CaseKey], cases: Cases) -> tuple[CaseKey, ...]:
    """The keys, and after each place of waiting the cases to which it has handed over already."""
    found: list[CaseKey] = []
    for key in keys:
        found.append(key)
        case = cases.get(key) if key.kind == KIND else None
        found += case.gave_to if case is not None else ()
    return tuple(dict.fromkeys(found))


def _has_a_say(case: Case, correction: Heard, divisions: Divisions) -> bool:
    tenant = in_charge(case, correction.time)
    return not tenant or tenant == correction.tenant or divisions.is_within(tenant, correction.tenant)
