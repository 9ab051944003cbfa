"""A site's bounded memory: what its hazards were, how it was registered, inspected, enforced upon and transferred."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from contracts.divisions import Divisions
from services.escalation.core.calendar import end_of
from services.escalation.core.case import Contribution, HazardAtSite
from services.escalation.core.cases.telling import Site
from services.escalation.core.cases.transfer import Transfer, in_charge_now
from services.escalation.core.heard import Heard, in_order


class _Said(msgspec.Struct, frozen=True):
    """What the rules read of any fact about a site itself."""

    site: Site | None = None
    inspection_id: str = ""
    planned_on: str = ""
    kind: str = ""
    found: float = 0  # some senders write 2.0 for 2
    documents: tuple[str, ...] = ()
    document_no: str = ""
    hazard_ids: tuple[str, ...] = ()
    from_tenant: str = ""
    to_tenant: str = ""


HAZARDS, REGISTRATIONS, INSPECTIONS, DOCUMENTS, PLANS, HELP = (
    "hazards",
    "registrations",
    "inspections",
    "documents",
    "plans",
    "help",
)
"""What of a site may change; a rule's READS names these."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One entry in the register."""

    told: Heard
    site: Site


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection that was made; `documents` are the enforcement documents that it names itself."""

    told: Heard
    id: str
    kind: str
    found: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A day for which an inspection was planned, and the one that was made under its id (None: none yet).

    Told anew before its day is over a plan moves; told anew afterwards it sets a second day (`number`), and the first
    one stays missed.
    """

    told: Heard
    id: str
    number: int
    day: date
    made: Inspection | None


@dataclass(frozen=True, slots=True)
class Document:
    """One enforcement document; without `hazard_ids` it is about the site as a whole."""

    told: Heard
    number: str
    kind: str
    hazard_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """Help that the site was given or asked for, such as a reminder."""

    told: Heard
    kind: str


class SiteHistory(msgspec.Struct):
    """A site with all hazards that were found there, and what was said of the site itself, in order of time.

    What was told before a transfer has the tenant that the site went to: whoever has it now answers for it.
    """

    site_id: str
    hazards: tuple[HazardAtSite, ...]
    registrations: tuple[Registration, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    documents: tuple[Document, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    plans: tuple[Plan, ...] = ()
    help: tuple[Help, ...] = ()
    _returned: list[list[HazardAtSite]] | None = None

    @property
    def returned(self) -> list[list[HazardAtSite]]:
        """The hazards that are one and the same finding, where it was found more than once, each in their order.

        Told again, open at a re-inspection, or under another id: most things are found once.
        """
        if self._returned is None:
            by_key: dict[str, list[HazardAtSite]] = {}
            for hazard in self.hazards:
                by_key.setdefault(hazard.repeat_key, []).append(hazard)
            self._returned = [
                alike for alike in by_key.values() if len(alike) > 1 or len(alike[0].reports) > 1 or alike[0].failures
            ]
        return self._returned

    def found_by(self, inspection: Inspection) -> list[HazardAtSite]:
        """The hazards whose report names this inspection."""
        return [hazard for hazard in self.hazards if any(seen == inspection.id for _, seen in hazard.reports)]

    def is_of_another(self, hazard: HazardAtSite, inspection: Inspection) -> bool:
        """Whether the hazard is known to come from another inspection alone."""
        named = {seen for _, seen in hazard.reports if seen}
        return bool(named) and inspection.id not in named

    @property
    def registered(self) -> Site | None:
        """The site as last registered."""
        return self.registrations[-1].site if self.registrations else None

    @property
    def name(self) -> str:
        """The name by which a sentence may call it."""
        if self.registered is not None:
            return self.registered.name
        return next(
            (hazard.context["site_name"] for hazard in self.hazards if "site_name" in hazard.context), self.site_id
        )

    @property
    def context(self) -> dict[str, str]:
        """The site's words for letters and pages; empty ones are left out."""
        site = self.registered
        words = {"site_id": self.site_id, "site_name": self.name}
        if site is not None:
            words |= {"address": site.address, "sector": site.sector, "supervising_unit": site.supervising_unit}
        return {key: word for key, word in words.items() if word}


_said_of = msgspec.json.Decoder(_Said).decode


def fold(site_id: str, facts: Sequence[Heard], inputs: Iterable[Contribution], divisions: Divisions) -> SiteHistory:
    """The site as its facts and its hazards tell it."""
    hazards = sorted((gift for gift in inputs if isinstance(gift, HazardAtSite)), key=lambda gift: gift.hazard_id)
    registrations: list[Registration] = []
    inspections: dict[str, Inspection] = {}
    planned: dict[str, list[tuple[Heard, date]]] = {}
    documents: list[Document] = []
    given: list[Help] = []
    ordered = [(msgspec.structs.replace(fact, data=b""), _said_of(fact.data)) for fact in in_order(facts)]
    transfers = tuple(_transfers(ordered, divisions))
    for fact, said in ordered:
        told = fact
        if transfers:
            told = msgspec.structs.replace(fact, tenant=in_charge_now(fact, transfers, divisions))
        if fact.subject == "site.registered" and said.site is not None:
            registrations.append(Registration(told, said.site))
        elif fact.subject == "inspection.completed":
            inspections[said.inspection_id] = Inspection(
                told, said.inspection_id, said.kind, int(said.found), said.documents
            )
        elif fact.subject == "inspection.planned" and said.planned_on:
            _plan(planned.setdefault(said.inspection_id, []), told, date.fromisoformat(said.planned_on))
        elif fact.subject == "enforcement.recorded":
            documents.append(Document(told, said.document_no, said.kind, said.hazard_ids))
        elif fact.subject == "service.given":
            given.append(Help(told, said.kind))
    return SiteHistory(
        site_id=site_id,
        hazards=tuple(hazards),
        registrations=tuple(registrations),
        inspections=tuple(inspections.values()),
        documents=tuple(documents),
        help=tuple(given),
        transfers=transfers,
        plans=tuple(
            Plan(told, name, number, day, inspections.get(name))
            for name, days in planned.items()
            for number, (told, day) in enumerate(days)
        ),
    )


def _plan(days: list[tuple[Heard, date]], told: Heard, day: date) -> None:
    if days and told.time < end_of(days[-1][1]):
        days.pop()
    days.append((told, day))


def _transfers(ordered: Iterable[tuple[Heard, _Said]], divisions: Divisions) -> Iterator[Transfer]:
    for told, said in ordered:
        if told.subject == "site.transferred":
            transfer = Transfer(told, said.from_tenant, said.to_tenant)
            if transfer.counts(divisions):
                yield transfer


def found_at(hazard: HazardAtSite) -> datetime:
    """When the hazard was first found."""
    return hazard.reports[0][0].time
