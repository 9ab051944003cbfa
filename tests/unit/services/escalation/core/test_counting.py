"""Which days were counted for a decision: the sum an official can check by hand."""

from datetime import date

import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI, WorkCalendar
from services.escalation.core.counting import Count, Evidence, counts_of, days_of, spanned
from services.escalation.core.law import Law
from services.escalation.core.terms import Span
from services.escalation.packs import work_calendar
from tests.unit.services.escalation.accidents import WEIHAI, accident, dated, decide, pack, under
from tests.unit.services.escalation.stories import WENLING, fact, law_of, law_with, report, run

CALENDAR = work_calendar()


def counted(records: list[Decision], law: Law, rule: str, *facts: Fact, step: str = "") -> list[str]:
    """The counts of the first record of a rule: `逾期 2023-05-20 整改期限日 3日`."""
    record = next(one for one in records if one.rule == rule and one.step == step)
    own = next(one for one in law.packs if (one.id, one.version) == (record.policy.id, record.policy.version))
    found = counts_of(Evidence(record, own, CALENDAR, {one.id: one for one in facts}))
    return [said(one) for one in found]


def said(count: Count) -> str:
    return f"{count.about} {count.begins} {count.begins_as} {count.span.words} {count.ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("begins", "last", "expected"),
    [
        pytest.param(
            "2023-09-28",
            "2023-10-08",
            "放假 放假 放假 放假 放假 放假 放假 放假 调休上班的工作日 调休上班的工作日",
            id="National Day with its two make-up days",
        ),
        pytest.param("2023-05-19", "2023-05-22", "周末 周末 工作日", id="a common weekend"),
    ],
)
def test_every_day_of_a_span_says_why(begins: str, last: str, expected: str) -> None:
    """Working days: which counts, which does not."""
    days = days_of(CALENDAR, date.fromisoformat(begins), date.fromisoformat(last), "working_day")

    assert " ".join(day.why for day in days) == expected
    assert [day.counts for day in days] == [day.why.endswith("工作日") for day in days]


def test_calendar_days_all_count() -> None:
    """4 April 2020 is a Saturday: counted, it is a calendar day (lead 6)."""
    days = days_of(CALENDAR, date(2020, 4, 3), date(2020, 4, 6), "calendar_day")

    assert [(day.day.day, day.counts, day.why) for day in days] == [
        (4, True, "自然日"),
        (5, True, "自然日"),
        (6, True, "自然日"),
    ]


def test_months_are_not_listed_by_the_day() -> None:
    """They end on the corresponding day."""
    count = spanned(CALENDAR, "时间窗", date(2021, 8, 31), "事故之日", Span(count=3, unit="month"))

    assert (count.days, said(count)) == ((), "时间窗 2021-08-31 事故之日 3个月 2021-12-01 00:00")


def test_working_days_of_an_unknown_year_are_not_known() -> None:
    """Months and calendar days always are."""
    spans = [Span(count=3, unit=unit) for unit in ("working_day", "calendar_day", "month")]

    assert [spanned(CALENDAR, "", date(2030, 5, 6), "", span).known for span in spans] == [False, True, True]


def test_a_rung_is_counted_from_the_deadline_day() -> None:
    """T+3 of 20 May falls at 00:00 of the 23rd, the third day after it."""
    law = law_of("wenling-2023")

    assert counted(run(report("05-08"), until="06-01"), law, "overdue", step="T+3") == [
        "逾期 2023-05-20 整改期限日 3日 2023-05-23 00:00"
    ]


def test_the_first_rung_needs_no_count() -> None:
    """It is the end of a day that somebody ordered."""
    law = law_of("wenling-2023")

    assert counted(run(report("05-08"), until="06-01"), law, "overdue", step="first") == []


def test_a_rung_after_a_failed_inspection_is_counted_from_it() -> None:
    """Where the hazard became late later, its days count from there."""
    law = law_of("wenling-2023")
    done = fact("hazard.rectified", "05-19", hazard_id="H-1", by="u")
    failed = fact("hazard.reinspected", "05-25 10:00", hazard_id="H-1", passed=False)

    assert counted(run(report("05-08"), done, failed, until="06-01"), law, "overdue", step="T+3") == [
        "逾期 2023-05-25 期限过后又须整改之日 3日 2023-05-28 00:00"
    ]


def test_a_reminder_counts_down() -> None:
    """Three days are left from the 17th to the 20th."""
    law = law_of("wenling-2023")

    assert counted(run(report("05-08"), until="06-01"), law, "due_soon", step="T-3") == [
        "距整改期限 2023-05-17 提醒当日 3日 2023-05-21 00:00"
    ]


def test_the_term_of_stock_is_counted_from_the_notice() -> None:
    """S0-09: twenty days from 26 March are over with 15 April; a date of its own needs no sum."""
    law = law_of("wenzhou-2020")
    stock = report("2020-03-01", tenant="330381", rectify_by=None, sector="火灾防控")
    ordered = report("2020-03-01", "H-2", tenant="330381", rectify_by="2020-04-15", sector="火灾防控")
    before = run(stock, until="2020-05-01", packs=("wenzhou-2020",))
    other = run(ordered, until="2020-05-01", packs=("wenzhou-2020",))

    assert counted(before, law, "overdue", stock, step="first") == [
        "存量隐患的整改期限 2020-03-26 文件印发日 20日 2020-04-16 00:00"
    ]
    assert counted(other, law, "overdue", ordered, step="first") == []
    assert counted(before, law, "overdue", step="first") == []


def test_a_stage_is_counted_from_its_end() -> None:
    """S4-04: three days after 31 May; with an end that is a milestone, after its day."""
    law = law_of("lishui-2016", "lishui-zone-2016")
    records = decide(
        dated("summit_end", "2016-09-05", "2016-09-01", tenant="331100"), until="2016-10-01", packs=LISHUI_ALONE
    )
    stages = [one for one in records if one.rule == "stage_report" and one.context["unit"] == "331102"]

    assert [counted([one], law, "stage_report") for one in stages] == [
        ["期限 2016-05-31 阶段结束之日 3日 2016-06-04 00:00"],
        ["期限 2016-09-05 阶段结束之日 3日 2016-09-09 00:00"],
    ]


LISHUI_ALONE = ("lishui-2016",)


def test_a_meeting_is_counted_from_the_accident() -> None:
    """S3-18: fifteen days, at the accident and where it is missed."""
    law = law_of(*WEIHAI)
    records = decide(accident("2021-06-01 08:00"), until="2021-07-01")
    meetings = [one for one in records if one.clauses == ("S3-18", "S3-19") and not one.step]

    assert [(one.measure, counted([one], law, "warning_meeting")) for one in meetings] == [
        ("warning_meeting", ["期限 2021-06-01 事故发生之日 15日 2021-06-17 00:00"]),
        ("missing_report", ["期限 2021-06-01 事故发生之日 15日 2021-06-17 00:00"]),
    ]


def test_a_duty_without_a_span_needs_no_count() -> None:
    """A day that the notice names, and a meeting without a term."""
    law = law_of(*WEIHAI)
    records = decide(accident("2021-06-01 08:00"), until="2021-07-01")

    assert counted(records, law, "periodic_report") == []
    assert counted([one for one in records if one.clauses == ("S3-20",)], law, "warning_meeting") == []


def test_a_window_is_counted_from_the_earlier_accident() -> None:
    """S3-22, trap T5: three months from 31 August end with 30 November."""
    both = (accident("2021-08-31 20:00", "A-1"), accident("2021-11-30 06:00", "A-2"))
    records = decide(*both, until="2021-12-01")

    assert counted(records, law_of(*WEIHAI), "talk_fatal_window", *both) == [
        "时间窗 2021-08-31 较早一起事故之日 3个月 2021-12-01 00:00"
    ]


def test_a_return_is_counted_from_the_close_out() -> None:
    """Twelve months from the day on which it was closed."""
    told = (
        report("05-08", inspection_id="I-1"),
        fact("hazard.closed", "05-12", id_="closed", hazard_id="H-1"),
        report("06-08", "H-2", id_="again", inspection_id="I-2", rectify_by="2023-06-20"),
    )
    records = run(*told, until="06-10")

    assert counted(records, law_of("wenling-2023"), "recurrence", *told) == [
        "时间窗 2023-05-12 前次销号之日 12个月 2024-05-13 00:00"
    ]


TRIAL = {
    "missing_proposal": {
        "clauses": ["S3-10"],
        "within": {"count": 3, "unit": "working_day"},
        "penalty": ["penalty"],
        "accountability": ["accountability"],
    },
    "enforcement_missing": {
        "clauses": ["S3-09"],
        "within": {"count": 7, "unit": "calendar_day"},
        "except_kinds": ["self_check"],
    },
    "long_standing": {"clauses": ["S4-18"], "ages": [{"step": "90d", "after": {"count": 90, "unit": "calendar_day"}}]},
    "frequency": {"clauses": ["S4-08"], "held": {"count": 7, "unit": "calendar_day"}},
    "listing_expiry": {
        "clauses": ["S0-17"],
        "ladder": [
            {"step": "expired", "after": {"count": 0, "unit": "calendar_day"}, "measure": "listed_supervision"},
            {"step": "T+5", "after": {"count": 5, "unit": "working_day"}, "measure": "suspension"},
        ],
    },
}


@pytest.mark.parametrize(
    ("rule", "step", "expected"),
    [
        pytest.param(
            "missing_proposal", "", ["提出处罚和追责建议的期限 2023-05-08 判定为重大隐患之日 3个工作日 2023-05-12 00:00"],
            id="S3-10: from the grading",
        ),
        pytest.param(
            "enforcement_missing", "", ["出具执法文书的期限 2023-05-08 检查之日 7日 2023-05-16 00:00"],
            id="S3-09: from the inspection",
        ),
        pytest.param(
            "long_standing", "90d", ["隐患存在时间 2023-05-08 发现之日 90日 2023-08-07 00:00"],
            id="S4-18: from the finding",
        ),
        pytest.param(
            "frequency", "", ["检查间隔 2023-05-10 起算之日 7日 2023-05-18 00:00"], id="S4-08: from the plan"
        ),
        pytest.param("listing_expiry", "expired", [], id="S0-17: the end of the listing itself"),
        pytest.param(
            "listing_expiry", "T+5", ["挂牌期满后 2023-09-28 挂牌期限日 5个工作日 2023-10-12 00:00"],
            id="S0-17: working days over National Day",
        ),
    ],
)  # fmt: skip
def test_other_spans(rule: str, step: str, expected: list[str]) -> None:
    """Each from the day that the rule names."""
    law = law_with(pack(rules=TRIAL))
    told = (
        fact("site.registered", "05-01", site={"id": "S-1", "name": "厂", "address": "路", "kind": "unit", "sector": "工贸"}),
        fact("inspection.completed", "05-08", inspection_id="I-1", kind="routine", site_id="S-1", found=1),
        report("05-08 10:00", level="major", inspection_id="I-1", rectify_by="2023-12-31"),
        fact("hazard.plan_filed", "05-10", hazard_id="H-1", target_date="2023-12-31", interim_measures="停用",
             responsible="甲", measures="改造"),
        fact("listing.opened", "05-11", listing_id="L-1", subject={"kind": "site", "id": "S-1"}, level="county",
             until="2023-09-28"),
    )  # fmt: skip

    assert counted(under(law, *told, until="2023-11-01"), law, rule, *told, step=step) == expected


def test_how_long_it_was_open_on_the_problem_list() -> None:
    """S2-24: ninety days from the finding."""
    law = law_of("wenling-2023")
    told = (
        report("2023-05-01", id_="r1", level="major", inspection_id="I-1", rectify_by="2023-05-10"),
        fact("hazard.closed", "05-05", id_="c1", hazard_id="H-1"),
        report("2023-05-08", "H-2", id_="r2", level="major", inspection_id="I-2", rectify_by="2023-12-31"),
    )

    assert counted(run(*told, until="2023-09-01"), law, "problem_list", *told) == [
        "隐患存在时间 2023-05-08 发现之日 90日 2023-08-07 00:00"
    ]


def test_what_falls_due_at_once_counts_no_day() -> None:
    """A major hazard is proposed for listing when it is found."""
    law = law_of("wenling-2023")

    assert counted(run(report("05-08", level="major"), until="05-09"), law, "major_hazard") == []


def test_a_letter_after_a_round_is_counted_in_working_days() -> None:
    """S2-21: five working days, counted back from the end; a day that lies in a holiday fits several days."""
    law = law_of("wenling-2023")
    records = decide(
        dated("provincial_round:1", "2023-06-19", "2023-06-19", tenant=WENLING),
        until="2023-07-01",
        packs=("wenling-2023",),
    )

    assert counted([one for one in records if "round_letter" in one.subject.id], law, "periodic_report") == [
        "期限 2023-06-19 节点之日 5个工作日 2023-06-28 00:00"
    ]


def test_a_pack_that_says_nothing_of_it_counts_nothing() -> None:
    """A rule or a rung that the pack does not have any more."""
    record = next(one for one in run(report("05-08"), until="06-01") if one.step == "T+3")
    trial = pack(rules={"overdue": {"clauses": ["S2-22"], "ladder": [{"step": "x", "day": 1, "measure": "remind"}]}})

    assert counts_of(Evidence(record, trial, WorkCalendar(), {})) == []
    assert counts_of(Evidence(record, pack(), WorkCalendar(), {})) == []
