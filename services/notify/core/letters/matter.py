"""Name what a letter is about, in a few words and in a table, from what the decision carries along."""

from collections.abc import Mapping
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import FoundBy, HazardLevel, RuleId, SubjectKind
from services.notify.core.messages import chinese, deadline_words, in_shanghai, plain
from services.notify.core.places import Places

TITLE_WORDS: Final = 24  # characters of a description that a title can carry

_STANDING: Final[Mapping[RuleId, str]] = {
    RuleId.OVERDUE: "逾期未整改",
    RuleId.REPEAT_OFFENCE: "屡查屡犯",
    RuleId.RECURRENCE: "整改后复发",
    RuleId.LONG_STANDING: "长期未整改到位",
    RuleId.REFUSAL: "拒不整改",
    RuleId.LISTING_EXPIRY: "挂牌到期未整改到位",
    RuleId.MISSING_PROPOSAL: "应报未报",
    RuleId.SAME_DAY_HANDOVER: "未当日交办",
    RuleId.SAME_DAY_REPORT: "未当日上报",
}
"""How the subject stands by the rule that spoke, as a title says it."""


def subject_words(decision: Decision, places: Places) -> str:
    """The subject as a title names it: 甲一机械有限公司“疏散通道被货物堵塞”隐患."""
    said = words_of(decision)
    match decision.subject.kind:
        case SubjectKind.HAZARD:
            what = shortened(said.get("description", "") or decision.subject.id)
            level = "重大" if said.get("hazard_level") == HazardLevel.MAJOR else ""
            return f"{said.get('site_name', '')}“{what}”{level}隐患"
        case SubjectKind.ACCIDENT:
            return f"{said.get('area_name') or _area(decision, places)}{said.get('sector', '')}事故"
        case SubjectKind.AREA:
            return places.name_of(decision.subject.id)
        case SubjectKind.OBLIGATION:
            owed = said.get("title", "") or decision.subject.id
            return f"{said.get('unit_name', '')}{owed}事项"
        case _:
            return said.get("site_name") or said.get("unit_name") or said.get("team_name") or decision.subject.id


def standing_words(decision: Decision) -> str:
    """How it stands by the rule that spoke; empty where the rule only names a measure."""
    return _STANDING.get(decision.rule, "")


def facts_of(decision: Decision, places: Places) -> tuple[tuple[str, str], ...]:
    """The rows of the letter's table: label and words, without what is not known."""
    said = words_of(decision)
    is_hazard = decision.subject.kind is SubjectKind.HAZARD
    rows = (
        ("隐患编号" if is_hazard else f"{chinese(SubjectKind, decision.subject.kind)}编号", _number(decision)),
        ("隐患内容", said.get("description", "")),
        ("场所名称", said.get("site_name", "")),
        ("地址", said.get("address", "")),
        ("属地", said.get("area_name") or _area(decision, places)),
        ("行业领域", said.get("sector", "")),
        ("隐患等级", chinese(HazardLevel, said.get("hazard_level", ""))),
        ("发现方式", chinese(FoundBy, said.get("found_by", ""))),
        ("事故等级", said.get("grade", "")),
        ("伤亡和损失", said.get("toll", "")),
        ("履职单位", said.get("unit_name", "")),
        ("应办事项", said.get("title", "")),
        ("整改期限", deadline_words(said.get("rectify_by") or said.get("due", ""))),
        ("逾期起算", in_shanghai(decision.since) if decision.since and is_hazard else ""),
        ("责任单位", said.get("responsible_unit", "")),
        ("监管单位", said.get("supervising_unit", "")),
    )
    return tuple((label, words) for label, words in rows if words)


def words_of(decision: Decision) -> dict[str, str]:
    """What the decision carries along, as texts; members that are none are left out."""
    return {key: str(value) for key, value in decision.context.items() if isinstance(value, str | int | float)}


def shortened(text: str) -> str:
    """As much of a description as a title can carry, without the stop at its end."""
    return plain(text, TITLE_WORDS).rstrip("。；;.")


def _number(decision: Decision) -> str:
    """An area's code or an obligation's path is no number that a reader of letters knows."""
    unspoken = {SubjectKind.AREA, SubjectKind.OBLIGATION, SubjectKind.DEPARTMENT, SubjectKind.TARGET}
    return "" if decision.subject.kind in unspoken else decision.subject.id


def _area(decision: Decision, places: Places) -> str:
    return places.name_of(decision.tenant)
