"""Match decisions by their properties, for routes and silences alike, and say which conditions held."""

from typing import Final

import msgspec

from contracts.decisions import Decision
from contracts.vocabulary import HazardLevel, Level, Measure, Status, SubjectKind, Term
from services.notify.core.rules import rule_of

_TITLES: Final = {
    "level": "层级",
    "rule": "规则",
    "measure": "措施",
    "status": "状态",
    "step": "梯级",
    "sector": "行业",
    "hazard_level": "隐患等级",
    "subject_kind": "对象类别",
    "subject": "对象",
    "addressee": "致送",
}
_TERMS: Final[dict[str, type[Term]]] = {
    "level": Level,
    "measure": Measure,
    "status": Status,
    "hazard_level": HazardLevel,
    "subject_kind": SubjectKind,
}


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Conditions that all have to hold; within one, any listed value will do; an empty one always holds.

    `tenant`: division codes, each with all below it. `sector`, `hazard_level` and `addressee` are read from the decision's context.
    """

    tenant: tuple[str, ...] = ()
    level: tuple[Level, ...] = ()
    rule: tuple[str, ...] = ()
    measure: tuple[Measure, ...] = ()
    status: tuple[Status, ...] = ()
    step: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    hazard_level: tuple[HazardLevel, ...] = ()
    subject_kind: tuple[SubjectKind, ...] = ()
    subject: tuple[str, ...] = ()
    addressee: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rule that nobody has."""
        for word in self.rule:
            rule_of(word)


def conditions_met(match: Match, decision: Decision, lineage: tuple[str, ...]) -> tuple[str, ...] | None:
    """The conditions that held, as words; None where one of them does not hold.

    `lineage` is the decision's tenant and every division above it.
    """
    met = []
    if match.tenant:
        code = next((code for code in lineage if code in match.tenant), None)
        if code is None:
            return None
        met.append(f"辖区 {code}")
    found = properties(decision)
    for name, title in _TITLES.items():
        wanted = getattr(match, name)
        if not wanted:
            continue
        if found[name] not in wanted:
            return None
        met.append(f"{title} {_chinese(name, found[name])}")
    return tuple(met)


def words_of(match: Match) -> str:
    """What the conditions ask for, as an official reads them; empty where everything is meant."""
    said = [f"辖区 {'、'.join(match.tenant)}"] if match.tenant else []
    for name, title in _TITLES.items():
        wanted = getattr(match, name)
        if wanted:
            said.append(f"{title} {'、'.join(_chinese(name, str(word)) for word in wanted)}")
    return "，".join(said)


def properties(decision: Decision) -> dict[str, str]:
    """Everything a condition can ask for, as the plain words of the decision."""
    return {
        "level": str(decision.level),
        "rule": str(decision.rule),
        "measure": str(decision.measure),
        "status": str(decision.status),
        "step": decision.step,
        "sector": str(decision.context.get("sector", "")),
        "hazard_level": str(decision.context.get("hazard_level", "")),
        "subject_kind": str(decision.subject.kind),
        "subject": decision.subject.id,
        "addressee": str(decision.context.get("addressee", "")),
    }


def _chinese(name: str, word: str) -> str:
    if name == "rule":
        return rule_of(word).chinese
    return _TERMS[name](word).chinese if name in _TERMS else word
