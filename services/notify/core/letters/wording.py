"""Write the text of each kind of letter as an office would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import LetterKind, Measure, RuleId, SubjectKind
from services.notify.core.letters.content import Annex, Content, fit
from services.notify.core.letters.matter import facts_of, standing_words, subject_words, words_of
from services.notify.core.letters.organs import LetterRules
from services.notify.core.letters.parties import addressees, copies, talked_to
from services.notify.core.letters.publishing import CHECKED, public_reason, public_rows
from services.notify.core.places import Places

AGENDA: Final = Annex(
    title="事故警示现场会议程",
    lines=(
        "一、通报事故情况。介绍事故发生经过、伤亡和损失、应急处置以及善后情况。",
        "二、播放事故警示片。",
        "三、剖析事故原因和暴露出的问题。",
        "四、提出整改和防范措施，明确责任单位和完成时限。",
    ),
)
"""The four points of S3-19."""

MOST_GROUNDS: Final = 3  # quotations: a letter that quotes a whole notice is not read


@dataclass(frozen=True, slots=True)
class Quotation:
    """A clause's words and the notice they stand in."""

    notice: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a writer has before them: who writes how, the names of places, the clauses' words by id."""

    rules: LetterRules
    places: Places
    clauses: Mapping[str, Quotation]


@dataclass(frozen=True, slots=True)
class _Phrases:
    """One kind of letter: its title, what it says after the reason, what it demands, what answer it asks for."""

    title: Callable[[Decision, Desk], str]
    then: str
    demands: tuple[str, ...]
    closing: str
    reply_ask: str = ""
    annexes: tuple[Annex, ...] = ()


def content_of(kind: LetterKind, decision: Decision, desk: Desk) -> Content:
    """The whole text of the letter that a decision drafts."""
    phrases = _PHRASES[kind]
    signed = words_of(decision).get("document_no", "")
    facts = facts_of(decision, desk.places)
    then = phrases.then.format(subject=subject_words(decision, desk.places), document=f"（{signed}）" if signed else "")
    title = phrases.title(decision, desk)
    return fit(
        Content(
            title=title,
            addressees=addressees(kind, decision, desk.rules, desk.places),
            opening=(_found(kind, decision), then),
            facts=public_rows(facts) if kind is LetterKind.PUBLICATION else facts,
            grounds=grounds_of(decision.clauses, desk.clauses),
            demands=(*phrases.demands, *hints(kind, decision, desk)),
            closing="特此通知。" if title.endswith("的通知") else phrases.closing,
            reply_ask=phrases.reply_ask,
            reply_within=desk.rules.reply_within.get(kind) if phrases.reply_ask else None,
            copies=copies(kind, decision, desk.rules, desk.places),
            annexes=phrases.annexes,
        )
    )


def _found(kind: LetterKind, decision: Decision) -> str:
    """How a letter begins: with what was found."""
    reason = public_reason(decision.reason, decision.subject.id) if kind is LetterKind.PUBLICATION else decision.reason
    return f"经查，{reason}" if reason and kind not in _SPEAK_FOR_THEMSELVES else reason


def hints(kind: LetterKind, decision: Decision, desk: Desk) -> tuple[str, ...]:
    """What a person has to decide about this letter: a blank in the draft, which cannot be signed while it is there.

    They are for hazards that are newly found, not for what came back or stayed (S3-11).
    """
    if decision.subject.kind is not SubjectKind.HAZARD or decision.rule in _CAME_BACK:
        return ()
    lineage = desk.places.lineage(decision.tenant)
    return tuple(
        f"【请审定：{each.words}】" for each in desk.rules.hints if each.kind is kind and each.tenant in lineage
    )


def grounds_of(clauses: tuple[str, ...], known: Mapping[str, Quotation]) -> tuple[str, ...]:
    """Each clause quoted, with the notice that says so; quotation marks within become single ones."""
    found = [known[clause] for clause in dict.fromkeys(clauses) if clause in known][:MOST_GROUNDS]
    return tuple(f"{_cited(each.notice)}要求：“{_within(each.words)}”。" for each in found)


def retraction_of(content: Content, *, kind: LetterKind, number: str, issued: str, why: str) -> Content:
    """The letter that takes another one back, to everybody who got that one (T13)."""
    return fit(
        Content(
            title=f"关于撤销《{content.title}》的函",
            addressees=content.addressees,
            opening=(
                f"我办于{issued}印发《{content.title}》（{number}）。",
                f"{why.rstrip('。')}。经研究，决定撤销该{kind.chinese}，自本函印发之日起不再执行。",
            ),
            demands=("尚未办理的事项停止办理，已经采取的措施依法妥善处理。", "请将本函与原函一并归档。"),
            closing="特此函告。",
            copies=content.copies,
        )
    )


def talk_minutes_of(notice: Content) -> Content:
    """The minutes of a talk, to be filled in: whom it was with follows from its notice."""
    return fit(
        Content(
            title=notice.title.replace("的通知", "的纪要"),
            addressees=notice.addressees,
            opening=(
                "【时间】、【地点】，【约谈人】对【被约谈人】进行了约谈。现将有关情况纪要如下：",
                *notice.opening[:1],
            ),
            facts=notice.facts,
            grounds=notice.grounds,
            demands=("约谈指出的问题：【填写】", "被约谈单位的说明和承诺：【填写】", "整改要求和完成时限：【填写】"),
            copies=notice.copies,
        )
    )


def _cited(notice: str) -> str:
    if "〔" not in notice:
        return f"《{notice}》"
    return f"{notice}文件" if notice.endswith("号") else notice


def _within(words: str) -> str:
    return words.replace("“", "‘").replace("”", "’").rstrip("。；;， ")


def _of(pattern: str) -> Callable[[Decision, Desk], str]:
    def title(decision: Decision, desk: Desk) -> str:
        subject = subject_words(decision, desk.places)
        return pattern.format(subject=subject, standing=standing_words(decision))

    return title


def _supervision(decision: Decision, desk: Desk) -> str:
    subject = subject_words(decision, desk.places)
    if decision.measure is Measure.JOINT_SUPERVISION:
        return f"关于对{subject}实施联合督办的通知"
    return f"关于{subject}{standing_words(decision)}的督办函"


def _transfer(decision: Decision, desk: Desk) -> str:
    what = "停产停业整顿" if decision.measure is Measure.SUSPENSION else "行政处罚"
    return f"关于移交{subject_words(decision, desk.places)}{what}建议的函"


def _talk(decision: Decision, desk: Desk) -> str:
    return f"关于约谈{talked_to(decision, desk.rules)}主要负责同志的通知"


def _publication(decision: Decision, desk: Desk) -> str:
    if decision.measure is Measure.ADMONITION_TALK:
        return f"关于约谈{talked_to(decision, desk.rules)}主要负责同志的通告"
    return f"关于{subject_words(decision, desk.places)}{standing_words(decision)}典型案例的通告"


def _brief(decision: Decision, desk: Desk) -> str:
    whose = words_of(decision).get("unit_name") or desk.places.name_of(decision.tenant)
    return f"{whose}关于事故教训吸取和改进工作情况的汇报"


_CAME_BACK: Final = frozenset({RuleId.REPEAT_OFFENCE, RuleId.RECURRENCE, RuleId.LONG_STANDING})

_RECTIFY: Final = (
    "立即组织整改，落实整改责任、措施、资金、时限和预案；整改完成前，采取可靠的安全防范措施，确保不发生事故。"
)
_SUPERVISE: Final = "属地和行业监管单位跟踪督促，整改完成后及时组织复查，符合要求的予以销号。"

_PHRASES: Final[Mapping[LetterKind, _Phrases]] = {
    LetterKind.NOTICE_LETTER: _Phrases(
        _of("关于{subject}{standing}的提示函"),
        "现予提示，请高度重视，切实履行监管职责。",
        ("督促责任单位按期完成整改，落实整改期间的安全防范措施。", "整改完成后及时组织复查并办理销号。"),
        "特此函告。",
        "办理情况",
    ),
    LetterKind.INFORMATION_LETTER: _Phrases(
        _of("关于{subject}有关情况的函"),
        "现将有关情况函告如下，请按职责分工抓好闭环整改。",
        ("对照问题清单逐项落实责任单位、整改措施和完成时限。", "举一反三，排查本领域同类问题。"),
        "特此函告。",
        "整改落实情况",
    ),
    LetterKind.SUPERVISION_LETTER: _Phrases(
        _supervision,
        "现予督办，请抓紧组织整改。",
        (_RECTIFY, _SUPERVISE, "逾期未整改到位或者未按要求报告的，将按规定提级督办。"),
        "特此函告。",
        "整改情况和佐证材料",
    ),
    LetterKind.RECTIFICATION_NOTICE: _Phrases(
        _of("关于{subject}{standing}的整改通知"),
        "现通知你单位立即进行整改。",
        (_RECTIFY, "整改完成后申请复查，经复查合格方可销号。", "对同类隐患进行全面自查，防止再次发生。"),
        "特此通知。",
        "整改情况和佐证材料",
    ),
    LetterKind.LISTING_NOTICE: _Phrases(
        _of("关于对{subject}实行挂牌督办的通知"),
        "经审定{document}，决定对{subject}实行挂牌督办。",
        (
            "制定治理方案，落实责任、措施、时限、资金、预案，治理期间采取可靠的安全防范措施。",
            "按期完成治理后提出验收和摘牌申请，经验收合格方可摘牌。",
            "确需延期的，应当在期满前提出申请并说明理由。",
        ),
        "特此通知。",
        "治理方案",
    ),
    LetterKind.TALK_NOTICE: _Phrases(
        _talk,
        "经审定{document}，决定进行约谈。约谈时间：【填写】；地点：【填写】。",
        (
            "被约谈单位主要负责同志按时参加，不得委托他人。",
            "准备书面材料，说明有关情况、原因分析和整改措施。",
            "约谈后按要求报送整改落实情况。",
        ),
        "特此通知。",
        "参加人员名单",
    ),
    LetterKind.REFERRAL_LETTER: _Phrases(
        _of("关于抄告{subject}{standing}有关责任落实情况的函"),
        "经审定{document}，现将有关情况抄告你们，请按照干部管理权限和有关规定研究处理。",
        (),
        "特此函告。",
    ),
    LetterKind.TRANSFER_LETTER: _Phrases(
        _transfer,
        "经审定{document}，现将有关情况移交你单位，请依法调查处理。",
        ("依法调查核实，按照法定权限和程序作出处理。", "处理期间督促当事单位落实安全防范措施。"),
        "特此函达。",
        "处理结果",
    ),
    LetterKind.PUBLICATION: _Phrases(
        _publication,
        "现将有关情况予以公开，请有关单位引以为戒，举一反三，抓好整改。",
        ("【填写：怎样处理，整改到哪一步】", CHECKED),
        "特此通告。",
    ),
    # 行政执法机关移送涉嫌犯罪案件的规定 (国务院令第310号): art. 6 says what goes with it, art. 8 gives three days
    LetterKind.CRIME_REFERRAL: _Phrases(
        _of("关于移送{subject}涉嫌犯罪案件的函"),
        "上述情况涉嫌犯罪：【填写涉嫌的罪名和主要事实】。经审定{document}，现依法移送你单位，请审查并书面告知是否立案。",
        (
            "随函移送案件情况的调查报告、涉案物品清单、有关检验报告或者鉴定意见以及其他材料：【填写】",
            "依法应当由行政机关处理的，请将案卷材料退回我办。",
        ),
        "特此函达。",
        "是否立案的决定",
    ),
    LetterKind.MEETING_INVITATION: _Phrases(
        _of("关于邀请参加{subject}警示现场会的函"),
        "为深刻吸取事故教训，定于【时间】在【地点】召开事故警示现场会，请派员参加。会议议程附后。",
        (),
        "特此函达。",
        "参会人员名单",
        (AGENDA,),
    ),
    LetterKind.MEETING_MINUTES: _Phrases(
        _of("{subject}警示现场会纪要"),
        "【时间】，【地点】召开事故警示现场会。现将会议情况纪要如下：",
        (
            "会议通报了事故情况：【填写】",
            "会议播放了事故警示片。",
            "会议剖析了事故原因和暴露出的问题：【填写】",
            "会议提出了整改和防范措施：【填写】",
        ),
        "",
    ),
    LetterKind.LEADER_BRIEF: _Phrases(
        _brief,
        "根据市政府常务会底线议题制度，现将有关情况汇报如下：",
        (
            "事故基本情况：【填写】",
            "事故暴露出的问题：【填写】",
            "已经采取的改进措施：【填写】",
            "下一步工作打算：【填写】",
        ),
        "",
    ),
}

BY_HAND: Final = frozenset(_PHRASES)
"""Kinds that can be drafted about a decision; the others follow from a letter."""

_SPEAK_FOR_THEMSELVES: Final = frozenset(
    {LetterKind.MEETING_INVITATION, LetterKind.MEETING_MINUTES, LetterKind.LEADER_BRIEF}
)
"""Kinds whose reason is a duty after an accident and no finding."""
