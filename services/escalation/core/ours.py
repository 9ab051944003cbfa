"""Say in words what the notice does not give and its pack proposes: each value once, as one would read it out."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.vocabulary import EnforcementKind, InspectionKind
from services.escalation.core.terms import Given, RuleParameters, Span

REFERENCES: Final = {
    "L1": "《生产安全事故报告和调查处理条例》",
    "L2": "《安全生产法》",
    "L3": "《山东省安全生产条例》",
    "L4": "《浙江省安全生产条例》",
    "L5": "《安全生产约谈实施办法（试行）》",
    "L6": "青岛市挂牌督办的期限",
    "L7": "浙安委〔2019〕11号",
    "L9": "事故查处督办办法",
    "L10": "《安全生产严重失信主体名单管理办法》",
    "L11": "《安全生产举报奖励办法》",
}
"""What a proposed number leans on, in words."""

WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("accident_track", "verified_only"): "举报经查属实方才认定，查实之前为暂定",
    ("enforcement_missing", "within"): "出具执法文书的期限为{}",
    ("enforcement_missing", "except_kinds"): "{}不作为执法检查",
    ("frequency", "held"): "整改到位之前至少每{}检查一次",
    ("missing_proposal", "within"): "提出建议的期限为{}",
    ("missing_proposal", "penalty"): "以{}视为提出处罚建议",
    ("missing_proposal", "accountability"): "以{}视为提出追责建议",
    ("problem_list", "returns"): "销号后再次发现{}次为反复出现",
    ("problem_list", "age"): "存在{}为长期存在",
    ("recurrence", "within"): "销号后{}内再次发现为复发",
    ("returned_dispute", "returns"): "退回{}次为存在争议",
    ("same_day_handover", "within"): "答复期限为{}",
    ("talk_accident_prone", "count"): "{}起事故为多发",
    ("talk_accident_prone", "within"): "按{}内的事故计算",
    ("talk_duty_failure", "count"): "{}项工作未按期完成为工作不力",
    ("talk_duty_failure", "within"): "按{}内的工作计算",
    ("talk_fatal_window", "within"): "按{}内的事故计算",
    ("talk_ranking", "bottom"): "排名末{}位为靠后",
}
"""Every value that a rule may be given, with its sentence."""
_KINDS: Final = {str(term): term.chinese for terms in (EnforcementKind, InspectionKind) for term in terms}


def ours(rule: str, parameters: RuleParameters | None) -> Iterator[str]:
    """Each value of the rule that is proposed, with what it leans on."""
    for name, value in parameters or ():
        if isinstance(value, Span | Given) and value.source == "proposed":
            said = value.words if isinstance(value, Span) else _said(value.value)
            yield f"{WORDS[rule, name].format(said)}{leaning(value.leans_on)}"


def leaning(reference: str) -> str:
    """What a proposed value leans on, in brackets."""
    return f"（参照{REFERENCES.get(reference, reference)}）" if reference else ""


def _said(value: Any) -> str:
    return "、".join(_KINDS.get(str(one), str(one)) for one in value) if isinstance(value, tuple) else str(value)
