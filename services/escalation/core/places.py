"""Say which cases a fact belongs to: by the ids in its data, and nothing else."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from contracts.facts import Fact
from services.escalation.core.case import CaseKey
from services.escalation.core.heard import MIGRATED
from services.escalation.core.law import Law


class _OfHazard(msgspec.Struct, frozen=True):
    hazard_id: str = ""


class _OfAccident(msgspec.Struct, frozen=True):
    accident_id: str = ""


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


class _Whom(msgspec.Struct, frozen=True):
    kind: str = ""
    id: str = ""


class _OfSite(msgspec.Struct, frozen=True):
    site: _Named | None = None
    site_id: str | None = None
    hazard_ids: tuple[str, ...] | None = None


class _OfObligation(msgspec.Struct, frozen=True):
    obligation: str = ""
    unit: str = ""
    period: str = ""


class _OfTeam(msgspec.Struct, frozen=True):
    team_id: str | None = None


class _OfListing(msgspec.Struct, frozen=True):
    listing_id: str = ""


class _OfTipOff(msgspec.Struct, frozen=True):
    tip_off_id: str = ""


class _OfTarget(msgspec.Struct, frozen=True):
    target: str = ""


class _OfLeague(msgspec.Struct, frozen=True):
    period: str = ""


class _OfTalk(msgspec.Struct, frozen=True):
    subject: _Whom | None = None


class _OfMigration(msgspec.Struct, frozen=True):
    kind: str
    case_id: str
    namespace: str = ""


_hazard_in = msgspec.json.Decoder(_OfHazard).decode
_accident_in = msgspec.json.Decoder(_OfAccident).decode
_site_in = msgspec.json.Decoder(_OfSite).decode
_obligation_in = msgspec.json.Decoder(_OfObligation).decode
_team_in = msgspec.json.Decoder(_OfTeam).decode
_listing_in = msgspec.json.Decoder(_OfListing).decode
_tip_off_in = msgspec.json.Decoder(_OfTipOff).decode
_target_in = msgspec.json.Decoder(_OfTarget).decode
_moved_in = msgspec.json.Decoder(_OfMigration).decode
_talk_in = msgspec.json.Decoder(_OfTalk).decode
_league_in = msgspec.json.Decoder(_OfLeague).decode


def _hazard(_law: Law, fact: Fact) -> tuple[CaseKey, ...]:
    hazard_id = _hazard_in(fact.data).hazard_id
    return (CaseKey(fact.committee, "hazard", fact.namespace, hazard_id),) if hazard_id else ()


def _accident(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    accident_id = _accident_in(fact.data).accident_id
    if accident_id:
        yield CaseKey(fact.committee, "accident", fact.namespace, accident_id)


def _site(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    """A site's own facts; an enforcement document belongs to the hazards that it names too."""
    said = _site_in(fact.data)
    site_id = said.site.id if said.site else said.site_id
    if site_id:
        yield CaseKey(fact.committee, "site", fact.namespace, site_id)
    for hazard_id in said.hazard_ids or ():
        yield CaseKey(fact.committee, "hazard", fact.namespace, hazard_id)


def _inspection(law: Law, fact: Fact) -> Iterator[CaseKey]:
    """An inspection belongs to the site and to the team that made it."""
    yield from _site(law, fact)
    team_id = _team_in(fact.data).team_id
    if team_id:
        yield CaseKey(fact.committee, "team", "", law.unit_id(fact.committee, team_id, fact.tenant))


def _listing(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    listing_id = _listing_in(fact.data).listing_id
    if listing_id:
        yield CaseKey(fact.committee, "listing", fact.namespace, listing_id)


def _tip_off(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    tip_off_id = _tip_off_in(fact.data).tip_off_id
    if tip_off_id:
        yield CaseKey(fact.committee, "tip_off", fact.namespace, tip_off_id)


def _target(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    target = _target_in(fact.data).target
    if target:
        yield CaseKey(fact.committee, "target", "", target)


def _league(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    period = _league_in(fact.data).period
    if period:
        yield CaseKey(fact.committee, "league", "", period)


def _matter(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    """A matter has no id but its event's; a correction belongs to the event that it corrects."""
    yield CaseKey(fact.committee, "matter", fact.namespace, f"{fact.source}#{fact.correction or fact.id}")


def _obligation(law: Law, fact: Fact) -> Iterator[CaseKey]:
    said = _obligation_in(fact.data)
    if said.obligation:
        unit = law.unit_id(fact.committee, said.unit, fact.tenant, said.obligation)
        yield CaseKey(fact.committee, "obligation", "", f"{said.obligation}/{unit}/{said.period}")


def _committee(_law: Law, fact: Fact) -> Iterator[CaseKey]:
    yield CaseKey(fact.committee, "committee", "", fact.committee)


def _talk(law: Law, fact: Fact) -> Iterator[CaseKey]:
    """A talk belongs to whom it was held with; only areas and departments are proposed for one."""
    whom = _talk_in(fact.data).subject
    if whom is not None and whom.id and whom.kind in ("area", "department"):
        yield CaseKey(fact.committee, whom.kind, "", law.unit_id(fact.committee, whom.id, fact.tenant))


def _policy(law: Law, fact: Fact) -> Iterator[CaseKey]:
    """What puts a pack into force belongs to the committee, what moves a clock to that clock's case."""
    if fact.type.startswith(MIGRATED):
        moved = _moved_in(fact.data)
        yield CaseKey(fact.committee, moved.kind, moved.namespace, moved.case_id)
    else:
        yield from _committee(law, fact)


_PLACES: dict[str, Callable[[Law, Fact], Iterable[CaseKey]]] = {
    "hazard": _hazard,
    "accident": _accident,
    "site": _site,
    "inspection": _inspection,
    "enforcement": _site,
    "service": _site,
    "obligation": _obligation,
    "listing": _listing,
    "tip_off": _tip_off,
    "target": _target,
    "league": _league,
    "matter": _matter,
    "talk": _talk,
    "milestone": _committee,
    "policy": _policy,
}
"""Where the facts of each subject belong; facts of a subject that is not here are read by no rule yet."""


def places_of(law: Law, fact: Fact) -> tuple[CaseKey, ...]:
    """The cases that `fact` belongs to, each once."""
    place = _PLACES.get(fact.type.partition(".")[0])
    keys = tuple(place(law, fact)) if place else ()
    return keys if len(keys) < 2 else tuple(dict.fromkeys(keys))  # noqa: PLR2004 (one is nobody else's double)


def foreseen(fact: Fact) -> tuple[CaseKey, ...]:
    """The site that a report will tell of its hazard; nothing for other facts and for data that cannot be read."""
    if not fact.type.startswith("hazard.reported."):
        return ()
    try:
        said = _site_in(fact.data)
    except msgspec.MsgspecError:
        return ()
    site = said.site_id or (said.site.id if said.site else "")
    return (CaseKey(fact.committee, "site", fact.namespace, site),) if site else ()
