"""Decide whether a sender may say what it says: the validator's judgement, then source and tenant against the registry."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from contracts.divisions import Divisions
from contracts.vocabulary import Door
from services.intake.core import guard, validation
from services.intake.core.committees import Committees
from services.intake.core.reasons import Reason
from services.intake.core.registry import EVERYWHERE, Registry, Scopes, Source
from services.intake.core.validation import Accepted, Refused, Standing

BY_OUR_TOPIC: Final = frozenset({Door.KAFKA, Door.PEOPLE})
"""By these doors comes what people did in our own services: the broker lets nobody else write to that topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who stands at a door: a registered source, and how far this topic or key may speak for it."""

    source: Source
    door: Door
    tenants: tuple[str, ...]
    #: Whether what it says tells nobody.
    historic: bool


class Admission:
    """Judges what comes through the doors by one registry, one set of committees and one table of divisions."""

    def __init__(self, *, divisions: Divisions, committees: Committees, registry: Registry) -> None:
        self.divisions = divisions
        self.committees = committees
        self.registry = registry
        self.scopes = Scopes(divisions)

    def of_source(self, source: Source, door: Door) -> Sender:
        """Return the sender that speaks with all the rights of a source."""
        return Sender(source=source, door=door, tenants=source.tenants, historic=source.historic)

    def standing(self, sender: Sender) -> Standing:
        """Return what the validator has to know of a sender."""
        return Standing(
            door=Door.PEOPLE if sender.source.is_ourselves else sender.door,
            namespace=sender.source.namespace,
            historic=sender.historic,
            people=sender.source.is_ourselves and sender.door in BY_OUR_TOPIC,
            committee_of=self.committees.of,
        )

    def admit(
        self, tree: dict[str, Any] | guard.Refusal, sender: Sender, standing: Standing, *, received_at: datetime
    ) -> Accepted | Refused:
        """Judge one assembled event of a sender; `standing` is what `standing(sender)` returned."""
        if isinstance(tree, guard.Refusal):
            return validation.refuse(tree)
        judged = validation.judge(tree, divisions=self.divisions, received_at=received_at, standing=standing)
        if isinstance(judged, Refused):
            return self._seen_by_its_sender(judged, sender)
        fact = judged.fact
        if sender.source.is_ourselves and not standing.people:
            return self._seen_by_its_sender(
                _not_allowed(judged, "what people did comes by our own topic alone"), sender
            )
        if fact.source not in sender.source.attributes:
            return self._of_another(judged, sender)
        for rights in (sender.tenants, sender.source.tenants):  # a key goes no further than its source does by now
            if not self.scopes.within(fact.tenant, rights):
                refused = _not_allowed(judged, f"tenant {fact.tenant} is not within {', '.join(rights)}")
                return self._seen_by_its_sender(refused, sender)
        return judged

    def _seen_by_its_sender(self, refused: Refused, sender: Sender) -> Refused:
        """Refused where it is mended: an event that names another's tenant is no reading for whoever it names."""
        if not refused.tenant or self.scopes.within(refused.tenant, sender.tenants):
            return refused
        own = sender.tenants[0] if len(sender.tenants) == 1 and sender.tenants[0] != EVERYWHERE else None
        return replace(refused, tenant=own)

    def _of_another(self, judged: Accepted, sender: Sender) -> Refused:
        """Refuse a `source` that this sender does not own: nobody's, or somebody else's."""
        sentence = f"source {judged.fact.source} is not one of {', '.join(sorted(sender.source.attributes))}"
        refused = self._seen_by_its_sender(_not_allowed(judged, sentence), sender)
        if self.registry.of_attribute(judged.fact.source) is None:
            return replace(refused, reason=Reason.UNKNOWN_SOURCE)
        return refused


def _not_allowed(judged: Accepted, sentence: str) -> Refused:
    fact = judged.fact
    return Refused(
        reason=Reason.NOT_ALLOWED, errors=(sentence,), source=fact.source, event_id=fact.id, tenant=fact.tenant
    )
