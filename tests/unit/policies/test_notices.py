"""Clauses of the notices that are data: campaigns, sectors, who leads, what a report may carry."""

from typing import Any

import pytest

from contracts.events import Event, Refusal, read_event
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.case import CaseKey, MemoryCases
from services.escalation.core.engine import Engine
from services.escalation.core.findings import PUNITIVE
from services.escalation.core.rules import overdue
from services.escalation.core.waiting import NO_DEADLINE
from tests.unit.services.escalation.accidents import accident, decide, told
from tests.unit.services.escalation.stories import fact, law_of, moment, report, run, said

PACKS = ("wenzhou-2020", "jiaxing-2020", "wenling-2023", "weihai-2021", "lishui-2016")


def event(type_: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "e1",
        "source": "/tests",
        "type": f"{type_}.v1",
        "time": "2023-05-08T09:00:00+08:00",
        "tenant": "331081003",
        "data": data,
    }


def a_report(**words: Any) -> dict[str, Any]:
    given = {
        "hazard_id": "H-1",
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被堵",
        "sector": "消防",
        "found_by": "inspection",
        "site_id": "S-1",
    }
    return event("hazard.reported", **given | words)


@pytest.mark.parametrize(
    ("name", "days", "parent"),
    [
        pytest.param("wenzhou-2020", ("2020-03-24", "2020-04-15"), "zhejiang-2020", id="S0-01: 3月24日至4月15日"),
        pytest.param("jiaxing-2020", ("2020-03-25", "2020-04-15"), "zhejiang-2020", id="S1-01: 即日起至4月15日"),
        pytest.param("lishui-2016", ("2016-03-01", "2016-12-31"), "", id="S4-01: 自3月份开始，至年底结束"),
    ],
)
def test_a_campaign_has_its_days(name: str, days: tuple[str, str], parent: str) -> None:
    """Explicit dates; two cities share the window of their province."""
    campaign = law_of(name).packs[0].campaign

    assert campaign is not None
    assert ((campaign.begins.isoformat(), campaign.ends.isoformat()), campaign.parent) == (days, parent)


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        pytest.param(
            "weihai-2021",
            {
                "道路交通": ("市公安局", "市交通运输局"),
                "建筑施工": ("市住房和城乡建设局",),
                "海上交通": ("市海洋发展局", "市海事局"),
                "文化旅游": ("市文化和旅游局",),
                "森林防火": ("市林业局",),
                "消防": ("市消防救援支队",),
                "危险化学品": ("市应急管理局",),
                "非煤矿山": ("市应急管理局",),
            },
            id="S3-13: nine departments lead eight sectors",
        ),
        pytest.param("weihai-2021", {"未成年人防溺水": ("市教育局",)}, id="S3-14: drowning is for education"),
        pytest.param(
            "lishui-2016",
            {
                "消防": ("市公安消防支队",),
                "道路运输": ("市公安局", "市交通运输局"),
                "建设工程": ("市住建局", "市交通运输局", "市水利局", "市发改委", "市电业局"),
                "危险化学品": ("市安监局",),
                "矿山": ("市安监局",),
                "三场所两企业": ("市安监局",),
                "油气输送管道": ("市发改委",),
            },
            id="S4-21: seven sectors",
        ),
        pytest.param("lishui-2016", {"农业机械": ("市发改委",)}, id="S4-17, S4-21: 其它行业领域 fall to the fallback"),
    ],
)
def test_who_leads_a_sector(name: str, leads: dict[str, tuple[str, ...]]) -> None:
    """As the notice says, or as its order is read."""
    law = law_of(name)
    where = law.where(law.packs[0])

    assert {sector: where.leads_of(sector) for sector in leads} == leads


def test_eight_sectors_of_weihai_are_key() -> None:
    """八大行业领域 (S3-13): drowning and trade are beside them."""
    sectors = law_of("weihai-2021").packs[0].sectors

    assert len([sector for sector in sectors if "key" in sector.tags]) == 8


@pytest.mark.parametrize(
    ("words", "of"),
    [
        pytest.param({"sources": ["三个三", "省考核暗访"]}, "sources", id="S0-07: one hazard, several sources"),
        pytest.param({"task": "化工园区排查", "responsible_person": "u1", "rectify_by": "2023-05-20"}, "task",
                     id="S0-08: task, date and who answers"),
        pytest.param({"expert_involved": True}, "expert_involved", id="S0-25: an expert took part"),
        pytest.param({"criterion": "GB-1.2@2021"}, "criterion", id="S2-15: the criterion that was broken"),
        pytest.param({"found_by": "grid"}, "found_by", id="S3-15: found by a grid worker"),
        pytest.param({"category": "高空作业"}, "category", id="S3-30: a risk of the grid's own list"),
        pytest.param({"category": "非法违法"}, "category", id="S4-14: an illegal operation"),
        pytest.param({"responsible_unit": "管道公司", "supervising_unit": "市发改委"}, "supervising_unit",
                     id="S4-15: who has to act and who supervises are two"),
        pytest.param({"found_by": "self_check"}, "found_by", id="S4-19: reported by the enterprise itself"),
    ],
)  # fmt: skip
def test_what_a_report_may_carry(words: dict[str, Any], of: str) -> None:
    """It is taken in as sent, without a flag."""
    judged = read_event(a_report(**words))

    assert isinstance(judged, Event)
    assert judged.flags == ()
    carried = getattr(judged.data, of)
    assert (list(carried) if isinstance(carried, tuple) else carried) == words[of]


@pytest.mark.parametrize("kind", ["undercover", "special", "supervisory", "joint", "routine", "grid"])
def test_the_ways_of_inspecting_are_known(kind: str) -> None:
    """综合督查、暗查暗访、专项检查 (S4-20); another word is kept and flagged."""
    known = read_event(event("inspection.completed", inspection_id="I-1", kind=kind, site_id="S-1", found=0))
    other = read_event(event("inspection.completed", inspection_id="I-1", kind="夜查", site_id="S-1", found=0))

    assert (isinstance(known, Event) and known.flags, isinstance(other, Event) and other.flags) == (
        (),
        ("unfamiliar_kind",),
    )


def test_a_stall_without_a_credit_code_can_be_reported() -> None:
    """个体户、小作坊 (S3-30): a subject needs no 统一社会信用代码."""
    site = {"id": "S-9", "name": "示范豆腐坊", "address": "示范路9号", "kind": "place", "sector": "工贸"}

    assert isinstance(read_event(a_report(site=site, site_id=None)), Event)


@pytest.mark.parametrize("category", ["fire_safety", "natural_disaster", "事故灾难"])
def test_a_tip_off_may_be_about_anything(category: str) -> None:
    """将举报扩展到自然灾害和事故灾难领域 (S0-23)."""
    tip = event("tip_off.received", tip_off_id="T-1", category=category, description="山体开裂")

    assert isinstance(read_event(tip), Event)


def test_who_told_is_in_no_event() -> None:
    """群众举报 (S3-31): an event that names the informer is refused."""
    judged = read_event(event("tip_off.received", tip_off_id="T-1", category="x", description="y", informer="某某"))

    assert isinstance(judged, Refusal)
    assert [problem.code for problem in judged.problems] == ["informer_named"]


@pytest.mark.parametrize("name", PACKS)
def test_nothing_that_punishes_is_raised(name: str) -> None:
    """决不能简单一停了之、一罚了之 (S1-20): what punishes is proposed, and a named person decides."""
    tenant = law_of(name).packs[0].root
    begins = law_of(name).packs[0].effective_from.isoformat()
    found = report(begins, tenant=tenant, level="major", found_by="undercover", inspection_id="I-1", rectify_by=begins)
    refused = fact("hazard.rectification_refused", begins, tenant=tenant, hazard_id="H-1")

    records = run(found, refused, until=f"{begins[:4]}-12-31", packs=(name,))

    assert {one.status for one in records if one.measure in PUNITIVE} <= {"proposed", "coalesced"}
    assert [one for one in records if one.measure in PUNITIVE]


def test_the_office_of_jiaxing_answers_for_supervision() -> None:
    """市安委办具体负责通报督办 (S1-10): the last rung of the ladder goes to it."""
    ladder = law_of("jiaxing-2020").packs[0].rules["overdue"]

    assert isinstance(ladder, overdue.Parameters)
    assert (ladder.ladder[-1].measure, ladder.ladder[-1].to) == ("listed_supervision", "committee_office")


def test_what_earlier_rounds_found_counts_with_what_is_found_now() -> None:
    """前期各级督查发现问题整改闭环情况 (S1-21): still open when the new visit comes, it is a repeat offence."""
    words = {"tenant": "330402", "sector": "消防", "rectify_by": "2020-12-31"}
    earlier = report("2020-03-26", "OLD-1", inspection_id="I-OLD", **words)
    again = report("2020-04-01", "NEW-1", id_="new", found_by="undercover", inspection_id="I-NEW", **words)

    records = run(earlier, again, until="2020-04-02", packs=("jiaxing-2020",))

    assert told(records, "repeat_offence") == ["repeat_offence NEW-1 alert raised 2020-04-01 00:00"]


def test_a_hazard_without_a_date_is_shown_as_such() -> None:
    """排出整改时间表 (S3-04): nobody set a term, so it waits for one by name and is never called overdue."""
    cases, engine = MemoryCases(), Engine(law_of("weihai-2021"))
    engine.apply_fact(report("2021-06-01", tenant="371083", rectify_by=None), cases, moment("2021-12-31"))
    case = cases.cases[CaseKey("371000", "hazard", "", "H-1")]

    assert case.waits == NO_DEADLINE
    assert [one for one in case.ledger.values() if one.record.rule == "overdue"] == []


def test_weihai_sees_what_was_not_reported_and_what_was_not_put_right() -> None:
    """应报未报、应改未改 (S3-06): a missing list and an overdue hazard, each under its own rule."""
    found = report("2021-05-15", tenant="371083", rectify_by="2021-05-25")

    records = decide(found, until="2021-05-27")

    assert told(records, "overdue") == ["overdue H-1 remind raised 2021-05-26 00:00"]
    assert "periodic_report cancellation_list/371083/2021-05-20 missing_report raised 2021-05-21 00:00" in told(
        records, "periodic_report"
    )


def test_weihai_sees_what_was_planned_and_not_made() -> None:
    """应查未查 (S3-06): a step of the rule that says when a site is to be inspected."""
    plan = fact(
        "inspection.planned", "2021-05-15", tenant="371083", inspection_id="I-1", site_id="S-1", planned_on="2021-05-20"
    )

    records = [one for one in decide(plan, until="2021-05-27") if one.rule == "frequency"]

    assert [(one.step, one.status, one.clauses, one.tenant) for one in records] == [
        ("planned", "raised", ("S3-06",), "371083")
    ]
    assert "应查未查" in records[0].reason


@pytest.mark.parametrize(
    ("deaths", "came", "expected"),
    [
        pytest.param(2, None, [], id="an ordinary accident is not supervised"),
        pytest.param(3, None, ["raised 2021-08-04 00:00"], id="sixty days after a larger one nothing has come"),
        pytest.param(3, "2021-08-03 17:00", [], id="the report came on the last day"),
        pytest.param(3, "2021-08-09 10:00", ["raised 2021-08-04 00:00", "cleared 2021-08-09 10:00"], id="it came late"),
    ],
)
def test_weihai_supervises_how_an_accident_is_dealt_with(deaths: int, came: str | None, expected: list[str]) -> None:
    """事故督办 (S3-29): sixty days from the accident's day, 4 June; a number that leans on L9."""
    facts = [accident("2021-06-04 08:00", "A-1", deaths=deaths)]
    if came:
        facts.append(
            fact(
                "obligation.fulfilled",
                came,
                tenant="371083",
                obligation="accident_handling",
                unit="371083",
                period="A-1",
            )
        )

    records = [one for one in decide(*facts, until="2021-09-01") if one.subject.id == "accident_handling/371083/A-1"]

    assert [
        f"{one.status} {one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for one in records if one.rule == "periodic_report"
    ] == expected
    assert law_of("weihai-2021").packs[0].obligations["accident_handling"].source == "proposed"


def test_weihai_watches_every_ordered_date() -> None:
    """规定整改时限内要全部“清零” (S3-08): before it a reminder, after it a ladder until it is put right."""
    found = report("2021-05-15", tenant="371083", rectify_by="2021-05-25")
    done = fact("hazard.rectified", "2021-05-27", tenant="371083", hazard_id="H-1", by="u")

    records = run(found, done, until="2021-06-30", packs=("weihai-2021",))

    assert [f"{one.rule} {one.step} {one.status}" for one in records] == [
        "due_soon T-3 raised",
        "due_soon T-1 raised",
        "overdue first raised",
        "overdue first cleared",
    ]


def test_the_warning_meeting_is_owed_with_what_it_is_to_say() -> None:
    """通报、警示片、剖析、整改措施 (S3-19): the duty cites the clause; its agenda is a letter's affair."""
    duty = law_of("weihai-2021").packs[0].obligations["warning_meeting"]

    assert (duty.clauses, duty.title) == (("S3-18", "S3-19"), "事故警示现场会")


@pytest.mark.parametrize("rule", ["talk_serious_accident", "talk_fatal_window", "talk_sector"])
def test_a_talk_is_one_of_reminder_question_and_warning(rule: str) -> None:
    """提醒、质询、告诫性约见谈话 (S3-24): the three grounds cite it and propose a talk."""
    assert "S3-24" in law_of("weihai-2021").packs[0].rules[rule].clauses


def test_lishui_proposes_a_stop_where_rectification_is_refused() -> None:
    """责任不落实…立即予以停产整顿 (S4-09): proposed at once, for a person to decide."""
    found = report("2016-07-01", tenant="331102", rectify_by="2016-12-31")
    refused = fact("hazard.rectification_refused", "2016-07-02 09:00", tenant="331102", hazard_id="H-1")

    assert told(run(found, refused, until="2016-07-03", packs=("lishui-2016",)), "refusal") == [
        "refusal H-1 suspension proposed 2016-07-02 09:00"
    ]


def test_lishui_follows_an_order_to_rectify() -> None:
    """对发现的问题和隐患及时下达整改通知 (S4-12): what the order dates is watched."""
    found = report("2016-07-01", tenant="331102", rectify_by="2016-07-10")

    assert told(run(found, until="2016-07-12", packs=("lishui-2016",)), "overdue") == [
        "overdue H-1 remind raised 2016-07-11 00:00"
    ]


def test_stock_is_what_was_found_before_the_campaign() -> None:
    """先后发现安全隐患620个 (S0-06): what earlier rounds found has the twenty days of the notice, each round named."""
    stock = [
        report("2019-12-01", f"OLD-{n}", id_=f"old-{n}", tenant="330381", rectify_by=None, sources=[source],
               site={"id": f"S-{n}", "name": "厂", "address": "路"})
        for n, source in enumerate(("省第一轮暗访", "市第一轮暗访"))
    ]  # fmt: skip
    new = report("2020-03-26", "NEW", id_="new", tenant="330381", rectify_by=None, site={"id": "S-9", "name": "厂"})

    records = run(*stock, new, until="2020-04-17", packs=("wenzhou-2020",))

    assert sorted(one.subject.id for one in records if one.step == "first") == ["OLD-0", "OLD-1"]


@pytest.mark.parametrize(
    ("ordered", "late"),
    [
        ("2020-01-31", "04-16 00:00"),  # long over: what was left lying is what the notice is about
        ("2020-03-25", "04-16 00:00"),
        ("2020-03-26", "03-27 00:00"),  # of the notice's own day on, the inspector's date stands
        ("2020-04-08", "04-09 00:00"),
    ],
)
def test_stock_whose_date_was_over_has_the_twenty_days(ordered: str, late: str) -> None:
    """梳理这批问题隐患, 在20天时间内完成整治 (S0-09)."""
    old = report("2020-01-10", tenant="330381", rectify_by=ordered)

    records = run(old, until="2020-04-17", packs=("wenzhou-2020",))

    assert [line for line in said(records, "overdue") if " first " in line] == [f"overdue first raised {late}"]
