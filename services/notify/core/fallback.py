"""Tell a fallback person what nobody has taken notice of in time."""

from collections.abc import Iterable
from dataclasses import replace

from contracts.decisions import Decision
from services.notify.core.notice import Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.stages.route import opening
from services.notify.core.stages.silence import silence


def fallback_notices(
    decision: Decision, unheard: Notice, known: Iterable[str], situation: Situation
) -> tuple[Notice, ...]:
    """The notices to those whom the routes name for the case that nobody takes notice; `known` exist already.

    They have no clock of their own: after the fallback person the trail speaks.
    """
    hits = situation.routes.hits(decision, situation.places.lineage(decision.tenant))
    passage = Passage(decision=decision, turn=unheard.turn)
    found: dict[str, Notice] = {}
    for hit in hits:
        if not hit.options.fallback or decision.status not in hit.options.tell:
            continue
        options = replace(hit.options, to=hit.options.fallback, acknowledge_within=None, fallback=())
        for notice in opening(passage, replace(hit, options=options), situation):
            why = f"{unheard.recipient} 限时内无人签收；{notice.why}"
            found.setdefault(notice.id, replace(notice, why=why))
    fresh = tuple(notice for notice in found.values() if notice.id not in set(known))
    return silence(replace(passage, notices=fresh), situation).notices
