"""Say from whom a letter comes, to whom it goes, and who gets a copy."""

from collections.abc import Iterator

from contracts.decisions import Decision
from contracts.vocabulary import LetterKind, SubjectKind
from services.notify.core.letters.content import Party
from services.notify.core.letters.letter import RESTRICTED
from services.notify.core.letters.matter import words_of
from services.notify.core.letters.organs import LetterRules
from services.notify.core.letters.publishing import PUBLIC
from services.notify.core.places import Places
from services.notify.core.stages.route import unit_at

SECTOR_DEPARTMENTS = "市直行业主管部门"
_BY_THE_AREA = frozenset({LetterKind.MEETING_INVITATION, LetterKind.MEETING_MINUTES, LetterKind.LEADER_BRIEF})


def writer(kind: LetterKind, decision: Decision, places: Places) -> str:
    """The division whose office writes: the one that is to act, for meetings the area where the accident was."""
    owing = words_of(decision).get("unit", "")
    if kind in _BY_THE_AREA:
        return owing if owing.isdigit() else decision.tenant
    acting = unit_at("acting", decision, places)
    return acting if acting.isdigit() else decision.committee


def addressees(kind: LetterKind, decision: Decision, rules: LetterRules, places: Places) -> tuple[Party, ...]:
    """To whom it is addressed, never the writer itself."""
    said, organ = words_of(decision), writer(kind, decision, places)
    match kind:
        case LetterKind.MEETING_MINUTES | LetterKind.LEADER_BRIEF:
            return (_unit(decision.committee, rules),)
        case LetterKind.MEETING_INVITATION:
            leads = [name for name in said.get("leads", "").split("、") if name] or [SECTOR_DEPARTMENTS]
            return (*(Party(name=name, unit=name) for name in leads), _unit(decision.committee, rules))
        case LetterKind.TALK_NOTICE | LetterKind.TALK_MINUTES:
            return (_talked_to(decision, rules),)
        case LetterKind.REFERRAL_LETTER:
            return tuple(Party(name=name, unit=name) for name in rules.discipline.split("、"))
        case LetterKind.CRIME_REFERRAL:
            police = rules.police_of(organ)
            return (Party(name=police, unit=police),)
        case LetterKind.PUBLICATION:
            return (PUBLIC,)
        case _:
            wished = (unit for unit in _wished(kind, decision, places) if unit and unit != organ)
            return tuple(_unit(unit, rules) for unit in list(wished)[:1])


def copies(kind: LetterKind, decision: Decision, rules: LetterRules, places: Places) -> tuple[Party, ...]:
    """Who is to know: those who always are (S1-22), the units that supervise and those in charge; in groups.

    Nobody who writes it or is addressed.
    """
    if kind in RESTRICTED or kind is LetterKind.PUBLICATION:
        return ()  # seen by nobody but those it is addressed to (S0-22), or by everybody
    organ = writer(kind, decision, places)
    main = {party.unit for party in addressees(kind, decision, rules, places)} | {organ}
    said = words_of(decision)
    interested = (said.get("supervising_unit", ""), decision.tenant, said.get("responsible_unit", ""))
    concerned = () if kind in _BY_THE_AREA else tuple((unit,) for unit in interested)
    found: dict[str, Party] = {}
    for group in (*rules.standing_copies(kind, organ), *concerned):
        fresh = [unit for unit in group if unit and unit not in main and unit not in found]
        found |= {unit: _unit(unit, rules, beside=n > 0) for n, unit in enumerate(fresh)}
    return tuple(found.values())


def talked_to(decision: Decision, rules: LetterRules) -> str:
    """Whose leader is summoned."""
    return _talked_to(decision, rules).name


def _wished(kind: LetterKind, decision: Decision, places: Places) -> Iterator[str]:
    said = words_of(decision)
    if kind is LetterKind.RECTIFICATION_NOTICE:
        yield said.get("responsible_unit") or said.get("site_name", "")
    elif kind is LetterKind.TRANSFER_LETTER:
        yield said.get("supervising_unit", "")
    elif kind is LetterKind.LISTING_NOTICE:
        yield said.get("responsible_unit", "")
    else:
        yield unit_at("addressee", decision, places)
        yield said.get("responsible_unit", "")
    yield decision.tenant
    yield said.get("supervising_unit", "")
    yield said.get("unit_name") or said.get("site_name", "")
    yield decision.committee


def _talked_to(decision: Decision, rules: LetterRules) -> Party:
    subject = decision.subject
    if subject.kind is SubjectKind.AREA or subject.id.isdigit():
        return Party(name=rules.government_of(subject.id), unit=subject.id)
    return Party(name=subject.id, unit=subject.id)


def _unit(unit: str, rules: LetterRules, *, beside: bool = False) -> Party:
    return Party(name=rules.name_of(unit), unit=unit, beside=beside)
