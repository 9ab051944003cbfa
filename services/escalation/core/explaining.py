"""Explain a decision so that an official can read it out: rule, version, clause, facts, and which days were counted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Protocol

from contracts.decisions import NO_REPLY, Decision
from contracts.events import EVENT_TYPES
from contracts.facts import Fact
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from services.escalation.core.calendar import WorkCalendar, local_day
from services.escalation.core.counting import Count, CountedDay, Evidence, counts_of
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.ours import leaning, ours
from services.escalation.core.policy import Pack
from services.escalation.core.wording import day_words, deadline_words, moment_words, period_words, subject_words

EACH_UP_TO: Final = 31
"""Days of a calendar span that are listed one by one; of a longer one only the first and the last."""
WEEKDAYS: Final = "一二三四五六日"
STATES: Final = {
    "raised": "该决定已发出",
    "proposed": "该措施须由具名人员审定，审定前不生效",
    "provisional": "所依据的事实尚未确定，该决定为暂定，待事实确定后再行处理",
    "confirmed": "该措施已由具名人员确认",
    "rejected": "该措施已由具名人员否决",
    "cleared": "引起该决定的情形已经结束，该决定已解除",
    "retracted": "按现在知道的情况本不应作出该决定，该决定已撤回",
    "questioned": "按现在知道的情况本不应作出该决定；因已有人确认，须由具名人员维持或者解除",
    "coalesced": "知悉时更高一级已经到期，该决定只作记录，不再单独通知",
}
"""What each status means, as a clause of a sentence."""
STEPS: Final = {
    "first": "首次",
    "expired": "期满",
    "stop_works": "停工",
    "consequence": "结果挂钩",
    "forecast": "预警",
    "missed": "未达到",
    "due": "到期",
    "returns": "多次退回",
    "claimants": "多家上报",
    "planned": "计划检查",
}
"""Names of rungs that are words."""


DONE: Final[Mapping[Measure, str]] = {
    Measure.REMIND: "发出提醒",
    Measure.NOTICE_LETTER: "发出提示函",
    Measure.SUPERVISION_LETTER: "发出督办函",
    Measure.JOINT_SUPERVISION: "联合督办",
    Measure.LISTED_SUPERVISION: "挂牌督办",
    Measure.ADMONITION_TALK: "约谈",
    Measure.SUSPENSION: "责令停产停业或者停工",
    Measure.PENALTY: "给予行政处罚",
    Measure.REFERRAL: "抄告或者移交",
    Measure.ACCIDENT_TRACK: "视同事故处理",
    Measure.PROBLEM_LIST: "列入“被动发现”清单",
    Measure.INSTANT_REPORT: "要求即时报告",
    Measure.WARNING_MEETING: "要求召开事故警示现场会",
    Measure.MEETING_REPORT: "要求作出会议报告",
    Measure.MISSING_REPORT: "记为漏报缺报",
    Measure.RANKING: "列入排名",
    Measure.ALERT: "发出预警",
}
"""What a measure does, as one would say it."""
_DAY_OF: Final = re.compile(r"T([+-])([0-9]+)")
_INNER: Final = str.maketrans("“”《》", "‘’〈〉")


class Quoted(Protocol):
    """A clause as the table of clauses has it."""

    @property
    def notice(self) -> str:
        """The notice in which it stands."""

    @property
    def quotation(self) -> str:
        """Its words."""


def explain(
    records: Sequence[Decision],
    pack: Pack | None,
    clauses: Mapping[str, Quoted],
    calendar: WorkCalendar,
    facts: Mapping[str, Fact],
) -> list[str]:
    """The sentences about one decision, from its records in order; `facts` are those that are at hand, by id.

    `pack` is the version under which it was taken, None where it is not here any more.
    """
    first, last = records[0], records[-1]
    lines = [_what(first, pack), f"理由：{first.reason}", _basis(first, pack)]
    lines += [_clause(clause, clauses) for clause in first.clauses]
    lines += _facts(last, facts)
    if pack is not None:
        counts = counts_of(Evidence(first, pack, calendar, facts))
        lines += [line for count in counts for line in _counted(count)]
        lines += [] if counts else [_uncounted(first, facts)]
        lines += _proposed(first, pack)
    return [*lines, *_states(records)]


def _what(record: Decision, pack: Pack | None) -> str:
    rule, measure = RuleId(record.rule), Measure(record.measure)
    step = f"{_step(record, pack)}这一级" if record.step else ""
    at = deadline_words(record.at) if record.since is not None else moment_words(record.at)
    acts = f"由{Level(record.level).chinese}一级办理"
    acts += f"，代行单位为{record.acts_for}" if record.acts_for else ""
    intends = "拟" if record.measure in PUNITIVE or record.status == "provisional" else ""
    return f"决定：对{_subject(record, pack)}，按“{rule.chinese}”规则{step}，于{at}{intends}{DONE[measure]}，{acts}。"


def _subject(record: Decision, pack: Pack | None) -> str:
    kind, words = SubjectKind(record.subject.kind), record.context
    if kind is SubjectKind.OBLIGATION and "title" in words:
        unit = words.get("unit_name") or words.get("unit", "")
        return f"{unit}的{words['title']}（{_period(str(words.get('period', '')), pack)}）"
    return subject_words(record)


def _period(label: str, pack: Pack | None) -> str:
    stages = pack.stages if pack else ()
    return next((one.name for one in stages if label == f"stage:{one.id}" and one.name), period_words(label))


def _step(record: Decision, pack: Pack | None) -> str:
    """The rung as one would say it: by the title that the pack gives it, else by its name."""
    parameters = pack.rules.get(str(record.rule)) if pack else None
    titled = [one for key in ("goals", "sites", "tasks") for one in getattr(parameters, key, ())]
    title = next((one.title for one in titled if one.id == record.step), "")
    age = next((one.after for one in getattr(parameters, "ages", ()) if one.step == record.step), None)
    words = title or (f"满{age.words}" if age else "")
    return f"“{_inner(words or rung_words(record.step))}”"


def rung_words(step: str) -> str:
    """`T-3` is 到期前3日, `T+7` is 逾期第7日; a rung that follows a letter without an answer says so; a period is read as one."""
    parts = step.split(".")
    if NO_REPLY in parts:
        return "、".join([*(rung_words(part) for part in parts if part != NO_REPLY), "发函逾期未复"])
    found = _DAY_OF.fullmatch(step)
    if found is None:
        return STEPS.get(step) or period_words(step)
    return f"到期前{found[2]}日" if found[1] == "-" else f"逾期第{found[2]}日"


def _inner(words: str) -> str:
    """Words that stand in quotation marks, with those inside as GB/T 15834 has them."""
    return words.translate(_INNER)


def _basis(record: Decision, pack: Pack | None) -> str:
    if pack is None:
        return f"依据：政策包{record.policy.id}第{record.policy.version}版，本机没有该版本的文本。"
    number = f"（{pack.document_no}）" if pack.document_no else ""
    return f"依据：《{_inner(pack.title)}》{number}，政策包{pack.id}第{pack.version}版，自{day_words(pack.effective_from)}起施行。"


def _clause(clause: str, clauses: Mapping[str, Quoted]) -> str:
    row = clauses.get(clause)
    if row is None:
        return f"条款{clause}：条款表中没有该条。"
    return f"条款{clause}（{row.notice}）：“{_inner(row.quotation)}”。"


def _facts(record: Decision, facts: Mapping[str, Fact]) -> Iterator[str]:
    if not record.facts:
        owed = record.subject.kind == SubjectKind.OBLIGATION
        yield f"事实：没有{'收到应当报来的材料' if owed else '与此有关的上报'}，该决定依据期限届满作出。"
        return
    known = sorted((facts[name] for name in record.facts if name in facts), key=lambda fact: fact.time)
    told = [f"{moment_words(fact.time)}{_type_words(fact.type)}（{fact.id}）" for fact in known]
    told += [name for name in record.facts if name not in facts]
    yield f"事实：共{len(told)}项：{'；'.join(told)}。"
    if record.late_recorded:
        yield "其中有事实是发生24小时以后才记录的。"


def _type_words(type_: str) -> str:
    known = EVENT_TYPES.get(type_)
    return known.chinese if known else type_


def _counted(count: Count) -> Iterator[str]:
    since = f"计日：{count.about}自{day_words(count.begins)}（{count.begins_as}，当日不计入）起算"
    ends = deadline_words(count.ends)
    if count.days and local_day(count.ends) == count.days[-1].day:  # a rung stands from the first moment of its day
        yield f"{since}，第{count.span.count}日自{day_words(count.days[-1].day)}0时（即{ends}）开始。"
    else:
        yield f"{since}{count.span.words}，至{ends}。"
    listed = [day for day in count.days if day.counts]
    if not count.days:
        yield _corresponding(count)
    elif count.span.unit == "calendar_day" and len(count.days) > EACH_UP_TO:
        yield f"　{_day(count.days[0])}起，至{_day(count.days[-1])}止，共{len(listed)}天全部计入：自然日。"
    else:
        number = 0
        for day in count.days:
            number += day.counts
            yield f"　{_day(day)} {f'计入（第{number}天）' if day.counts else '不计'}：{day.why}"
    if not count.known:
        yield "　其中有年份的放假安排尚未公布，工作日暂按周末推算，公布后重新计算。"


def _corresponding(count: Count) -> str:
    kind = "月" if count.span.unit == "month" else "年"
    return f"　按{kind}计算，止于期满之{kind}的对应日（{count.begins.day}日）；没有对应日的，止于该月最后一日。"


def _day(day: CountedDay) -> str:
    return f"{day.day.month}月{day.day.day}日 星期{WEEKDAYS[day.day.weekday()]}"


def _uncounted(record: Decision, facts: Mapping[str, Fact]) -> str:
    if record.since is not None:
        return f"计日：期限是指定的日期，{deadline_words(record.since)}届满，没有推算天数。"
    told = [facts[name].time for name in record.facts if name in facts]
    by_time = told and record.at not in told and record.rule != RuleId.LATE_EVIDENCE
    if not record.facts or by_time:
        return f"计日：该规则在规定的时点（{moment_words(record.at)}）判断，没有推算天数。"
    return "计日：该规则在情形出现时即时适用，没有推算天数。"


def _proposed(record: Decision, pack: Pack) -> Iterator[str]:
    """Which numbers of the rule the notice does not give."""
    parameters = pack.rules.get(str(record.rule))
    said = list(ours(str(record.rule), parameters))
    rungs = [*getattr(parameters, "ladder", ()), *getattr(parameters, "ages", ())]
    rung = next((rung for rung in rungs if rung.step == record.step), None)
    span = getattr(rung, "after", None)
    if getattr(rung, "source", "") == "proposed" or getattr(span, "source", "") == "proposed":
        said.append(f"{_step(record, pack)}这一级{leaning(getattr(span, 'leans_on', ''))}")
    if said:
        yield f"说明：文件没有写明的，由本系统建议、经采用后执行：{'；'.join(said)}。"


def _states(records: Sequence[Decision]) -> Iterator[str]:
    for before, record in pairwise(records):
        if record.status != before.status:
            words = f"{Status(before.status).chinese}变为{Status(record.status).chinese}"
            yield f"经过：{moment_words(record.known_at)}由{words}。"
    yield f"状态：{STATES[records[-1].status]}。"
