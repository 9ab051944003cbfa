"""A decision explained: sentences that an official could read out, with the clause in the notice's own words."""

import msgspec
import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from policies import tables
from services.escalation.core.case import MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.explaining import STATES, explain, rung_words
from services.escalation.core.law import Law
from services.escalation.packs import work_calendar
from tests.packs import shipping
from tests.unit.services.escalation.accidents import WEIHAI, accident, dated, decide, pack, under
from tests.unit.services.escalation.stories import fact, law_of, law_with, moment, report, run

RECORD = run(report("05-08"), until="06-01")[0]


def told(records: list[Decision], law: Law, *facts: Fact) -> list[str]:
    """The sentences about the decision that these records are."""
    named = (records[0].policy.id, records[0].policy.version)
    own = next((one for one in law.packs if (one.id, one.version) == named), None)
    return explain(records, own, tables.clauses(), work_calendar(), {one.id: one for one in facts})


def test_an_overdue_hazard() -> None:
    """A rung of 温岭's ladder, with each day of lateness."""
    found = report("05-08 09:00")
    (record,) = [one for one in run(found, until="05-25") if one.step == "T+3"]

    assert told([record], law_of("wenling-2023"), found) == [
        "决定：对示范机械厂的隐患H-1，按“逾期未整改”规则“逾期第3日”这一级，于2023年5月22日24时发出提示函，由镇（街道）一级办理。",
        "理由：示范机械厂的一般隐患“疏散通道被货物堵塞”（H-1），整改期限为2023年5月20日，期满仍未整改，已逾期3天。",
        f"依据：《2023年温岭市安全生产工作要点》，政策包wenling-2023第{shipping('wenling-2023')}版，自2023年4月28日起施行。",
        (
            "条款S2-22（2023年温岭市安全生产工作要点）：“针对除险保安暗查暗访发现重大隐患、隐患逾期未整改或企业隐患自查不到位的，"
            "市安委办、各专委办开展联合督办，依法给予行政处罚”。"
        ),
        f"事实：共1项：2023年5月8日9时00分隐患上报（{found.id}）。",
        "计日：逾期自2023年5月20日（整改期限日，当日不计入）起算，第3日自2023年5月23日0时（即2023年5月22日24时）开始。",
        "　5月21日 星期日 计入（第1天）：自然日",
        "　5月22日 星期一 计入（第2天）：自然日",
        "　5月23日 星期二 计入（第3天）：自然日",
        "说明：文件没有写明的，由本系统建议、经采用后执行：“逾期第3日”这一级。",
        "状态：该决定已发出。",
    ]


def test_a_talk_after_two_fatal_accidents() -> None:
    """S3-22 with its window of three months."""
    both = (accident("2021-08-31 20:00", "A-1", id_="e1"), accident("2021-11-30 06:00", "A-2", id_="e2"))
    records = [one for one in decide(*both, until="2021-12-01") if one.rule == "talk_fatal_window"]

    assert told(records, law_of(*WEIHAI), *both) == [
        "决定：对乳山市，按“亡人事故约谈”规则，于2021年11月30日6时00分拟约谈，由市一级办理。",
        (
            "理由：乳山市在3个月内连续发生2起一般工矿商贸亡人生产安全责任事故：2021年8月31日（A-1）、2021年11月30日（A-2），"
            "建议由威海市政府约谈乳山市主要负责同志。"
        ),
        (
            "依据：《威海市人民政府安全生产委员会办公室关于深入推进安全生产大排查大整治行动的通知》（威安办发〔2021〕41号），"
            f"政策包weihai-2021第{shipping('weihai-2021')}版，自2021年5月14日起施行。"
        ),
        "条款S3-22（威安办发〔2021〕41号）：“或3个月内连续发生2起一般工矿商贸亡人生产安全责任事故的区市”。",
        "条款S3-24（威安办发〔2021〕41号）：“进行提醒、质询、告诫性约见谈话，约谈要媒体参与，公开曝光”。",
        "事实：共2项：2021年8月31日20时00分事故（e1）；2021年11月30日6时00分事故（e2）。",
        "计日：时间窗自2021年8月31日（较早一起事故之日，当日不计入）起算3个月，至2021年11月30日24时。",
        "　按月计算，止于期满之月的对应日（31日）；没有对应日的，止于该月最后一日。",
        "状态：该措施须由具名人员审定，审定前不生效。",
    ]


def test_a_missing_stage_report() -> None:
    """S4-05: the zone's unit, two days after the stage; nothing came, so there is no fact."""
    packs = ("lishui-2016", "lishui-zone-2016")
    records = decide(until="2016-06-10", packs=packs)
    record = next(one for one in records if one.subject.id == "stage_report/安监局/stage:2a")

    assert told([record], law_of(*packs))[0] == (
        "决定：对安监局的企业隐患自查自纠情况和安全生产执法检查情况书面报送（全面排查阶段），按“阶段报送”规则，"
        "于2016年6月2日24时记为漏报缺报，由县（市、区）一级办理。"
    )
    assert told([record], law_of(*packs))[5:] == [
        "事实：没有收到应当报来的材料，该决定依据期限届满作出。",
        "计日：期限自2016年5月31日（阶段结束之日，当日不计入）起算2日，至2016年6月2日24时。",
        "　6月1日 星期三 计入（第1天）：自然日",
        "　6月2日 星期四 计入（第2天）：自然日",
        "状态：该决定已发出。",
    ]


def test_working_days_say_which_do_not_count() -> None:
    """A letter that is owed five working days after a round before National Day."""
    records = decide(
        dated("provincial_round:1", "2023-09-27", "2023-09-27", tenant="331081"),
        until="2023-10-20",
        packs=("wenling-2023",),
    )
    record = next(one for one in records if one.subject.id == "round_letter/市安委办/1")
    days = [line for line in told([record], law_of("wenling-2023")) if line.startswith("　")]

    assert days[:3] == [
        "　9月28日 星期四 计入（第1天）：工作日",
        "　9月29日 星期五 不计：放假",
        "　9月30日 星期六 不计：放假",
    ]
    assert days[9:] == [
        "　10月7日 星期六 计入（第2天）：调休上班的工作日",
        "　10月8日 星期日 计入（第3天）：调休上班的工作日",
        "　10月9日 星期一 计入（第4天）：工作日",
        "　10月10日 星期二 计入（第5天）：工作日",
    ]


def test_a_long_span_is_summed_up() -> None:
    """Ninety calendar days: the first, the last and how many."""
    law = law_of("weihai-2021")
    found = report("2021-06-01", tenant="371083", level="major", rectify_by="2021-12-31")
    record = next(one for one in run(found, until="2021-10-01", packs=WEIHAI) if one.rule == "long_standing")

    assert told([record], law)[-4:] == [
        "计日：隐患存在时间自2021年6月1日（发现之日，当日不计入）起算90日，至2021年8月30日24时。",
        "　6月2日 星期三起，至8月30日 星期一止，共90天全部计入：自然日。",
        "说明：文件没有写明的，由本系统建议、经采用后执行：“满90日”这一级（参照青岛市挂牌督办的期限）。",
        "状态：该措施须由具名人员审定，审定前不生效。",
    ]


def test_an_unknown_year_is_said_to_be_provisional() -> None:
    """Whoever reads it knows that the sum may change."""
    when = {"kind": "milestone", "milestone": "round", "period": "1", "within": {"count": 2, "unit": "working_day"}}
    duties = {
        "letter": {"rule": "periodic_report", "title": "函告", "clauses": ["S2-21"], "units": ["o"], "when": when}
    }
    trial = pack(effective_from="2030-01-01", milestones=["round"], units={"o": [{"id": "办"}]}, obligations=duties)
    law = law_with(trial)
    (record,) = under(law, dated("round", "2030-05-10", "2030-05-10", tenant="331081"), until="2030-06-01")

    assert told([record], law)[-5:] == [
        "　5月12日 星期日 不计：周末",
        "　5月13日 星期一 计入（第1天）：工作日",
        "　5月14日 星期二 计入（第2天）：工作日",
        "　其中有年份的放假安排尚未公布，工作日暂按周末推算，公布后重新计算。",
        "状态：所依据的事实尚未确定，该决定为暂定，待事实确定后再行处理。",
    ]


def test_every_state_of_a_decision_is_told() -> None:
    """When it moved, and how it stands now."""
    done = fact("hazard.rectified", "05-25 09:00", id_="done", hazard_id="H-1", by="u")
    records = [one for one in run(report("05-08"), done, until="06-01") if one.step == "T+3"]

    assert [one.status for one in records] == ["raised", "cleared"]
    assert told(records, law_of("wenling-2023"))[-2:] == [
        "经过：2023年5月25日9时00分由已发出变为已解除。",
        "状态：引起该决定的情形已经结束，该决定已解除。",
    ]


def test_facts_that_are_not_at_hand_are_named() -> None:
    """By their ids."""
    record = msgspec.structs.replace(RECORD, facts=("e1", "e2"), late_recorded=True)

    assert told([record], law_of("wenling-2023"))[4:6] == [
        "事实：共2项：e1；e2。",
        "其中有事实是发生24小时以后才记录的。",
    ]


def test_a_fact_of_a_type_nobody_knows_keeps_its_name() -> None:
    """Of a newer version, perhaps."""
    strange = fact("hazard.painted", "05-09", id_="e1")
    record = msgspec.structs.replace(RECORD, facts=("e1",))

    assert (
        told([record], law_of("wenling-2023"), strange)[4]
        == "事实：共1项：2023年5月9日0时00分hazard.painted.v1（e1）。"
    )


def test_a_pack_that_is_not_here_is_said_so() -> None:
    """The clauses are still quoted; nobody can say what was counted."""
    lines = told([RECORD], law_of("weihai-2021"))

    assert lines[2] == f"依据：政策包wenling-2023第{shipping('wenling-2023')}版，本机没有该版本的文本。"
    assert lines[3].startswith("条款S2-22")
    assert lines[-1] == "状态：该决定已发出。"


def test_a_clause_that_is_not_in_the_table_is_said_so() -> None:
    """A record of another installation."""
    record = msgspec.structs.replace(RECORD, clauses=("S9-99",))

    assert told([record], law_of("wenling-2023"))[3] == "条款S9-99：条款表中没有该条。"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"acts_for": "市安委办"}, "由镇（街道）一级办理，代行单位为市安委办。", id="somebody acts for the tenant"),
        pytest.param({"context": {}}, "对隐患H-1，", id="a hazard at no site"),
        pytest.param({"subject": {"kind": "area", "id": "331081003"}, "context": {}}, "对区域331081003，", id="an area without a name"),
        pytest.param({"subject": {"kind": "site", "id": "S-1"}, "context": {"site_name": "厂"}}, "对厂，", id="a site"),
        pytest.param({"subject": {"kind": "team", "id": "team-1"}, "context": {"area_name": "东"}}, "对暗访组team-1，", id="a team"),
        pytest.param({"subject": {"kind": "obligation", "id": "a/b/c"}, "context": {}}, "对履职事项a/b/c，", id="a duty without words"),
        pytest.param({"step": "first"}, "规则“首次”这一级", id="a rung that is a word"),
        pytest.param({"step": ""}, "按“临期提醒”规则，于", id="no rung"),
    ],
)  # fmt: skip
def test_who_and_what_it_is_about(change: dict[str, object], expected: str) -> None:
    """As one would say it."""
    raw = msgspec.to_builtins(RECORD) | change
    record = msgspec.convert(raw, Decision)

    assert expected in told([record], law_of("wenling-2023"))[0]


def test_a_goal_is_called_by_its_title() -> None:
    """Not by its id."""
    law = law_of("wenzhou-2020")
    happened = accident("2020-04-01 08:00", tenant="330381", deaths=1)
    record = next(
        one for one in decide(happened, until="2020-04-02", packs=("wenzhou-2020",)) if one.rule == "campaign_goal"
    )

    lines = told([record], law)
    assert "规则“力争不发生亡人事故”这一级" in lines[0]
    assert "计日：该规则在情形出现时即时适用，没有推算天数。" in lines


def test_every_status_has_its_sentence() -> None:
    """So that no record ends without saying what holds now."""
    assert sorted(STATES) == sorted(
        [
            "raised",
            "proposed",
            "provisional",
            "confirmed",
            "rejected",
            "cleared",
            "retracted",
            "questioned",
            "coalesced",
        ]
    )


def test_every_rule_of_a_story_reads_as_sentences() -> None:
    """Each line is one, or a day of a sum."""
    law = law_of("wenling-2023")
    told_ = [
        report("05-08", "H-1", level="major", found_by="undercover", inspection_id="I-1"),
        report("05-09", "H-2", id_="again", inspection_id="I-2"),
        fact("hazard.rectification_refused", "05-10", id_="no", hazard_id="H-1", reason="没钱"),
        fact("hazard.closed", "05-12", id_="closed", hazard_id="H-2"),
        report("06-08", "H-3", id_="back", inspection_id="I-3", rectify_by="2023-06-20"),
        accident("2023-06-01 08:00", tenant="331081003", deaths=3),
    ]
    cases, engine, facts = MemoryCases(), Engine(law), {one.id: one for one in told_}
    records = [record for one in told_ for record in engine.apply_fact(one, cases, moment("2023-08-01"))]

    assert len({one.rule for one in records}) >= 8
    for record in records:
        lines = explain([record], law.packs[0], tables.clauses(), law.calendar, facts)
        assert all(line.startswith("　") or line.endswith("。") for line in lines)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("T-3", "到期前3日"),
        ("T+7", "逾期第7日"),
        ("first", "首次"),
        ("2023-Q2", "2023年第二季度"),
        ("T+3.no_reply", "逾期第3日、发函逾期未复"),
        ("T+7.no_reply.no_reply", "逾期第7日、发函逾期未复"),
        ("no_reply", "发函逾期未复"),
    ],
)
def test_a_rung_is_read_as_words(step: str, words: str) -> None:
    """Whatever its name is."""
    assert rung_words(step) == words
