"""Dates worked by hand, each with its sum: spans, deadlines and their rungs, duties, windows (Civil Code, arts. 201, 202).

The first day is not counted, the last day runs to 24:00 in Asia/Shanghai, which is written as 00:00 of the next day; a
span of months ends on the corresponding day or on the month's last; nothing rolls over holidays (traps T2, T4, T5).
"""

from datetime import date

import pytest

from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI
from services.escalation.packs import work_calendar
from tests.unit.services.escalation.accidents import LISHUI, WEIHAI, accident, dated, decide
from tests.unit.services.escalation.stories import WENLING, fact, report, run

CALENDAR = work_calendar()
DAYS, WORKED, MONTHS, YEARS = "calendar_day", "working_day", "month", "year"
OURS, WENZHOU, JIAXING = ("wenling-2023",), ("wenzhou-2020",), ("jiaxing-2020",)


@pytest.mark.parametrize(
    ("begins", "count", "unit", "last"),
    [
        pytest.param("2020-03-26", 20, DAYS, "2020-04-15", id="27..31 March are 5, 1..15 April 15: 20"),
        pytest.param("2016-05-31", 3, DAYS, "2016-06-03", id="1, 2, 3 June"),
        pytest.param("2016-05-31", 2, DAYS, "2016-06-02", id="1, 2 June"),
        pytest.param("2021-11-30", 15, DAYS, "2021-12-15", id="1..15 December"),
        pytest.param("2021-12-20", 15, DAYS, "2022-01-04", id="21..31 December are 11, 1..4 January 4: 15"),
        pytest.param("2024-02-20", 15, DAYS, "2024-03-06", id="21..29 February are 9 in a leap year, 1..6 March 6: 15"),
        pytest.param("2023-02-20", 15, DAYS, "2023-03-07", id="21..28 February are 8, 1..7 March 7: 15"),
        pytest.param("2020-02-28", 1, DAYS, "2020-02-29", id="the leap day itself"),
        pytest.param("2021-02-28", 1, DAYS, "2021-03-01", id="no leap day"),
        pytest.param("2019-12-31", 60, DAYS, "2020-02-29", id="January 31, February 29: 60"),
        pytest.param("2022-12-31", 60, DAYS, "2023-03-01", id="January 31, February 28: 59, 1 March: 60"),
        pytest.param("2023-05-08", 90, DAYS, "2023-08-06", id="May 23, June 30: 53, July 31: 84, August 6: 90"),
        pytest.param("2023-09-28", 3, WORKED, "2023-10-09", id="7 and 8 October are made up, then Monday: 3"),
        pytest.param("2023-09-28", 1, WORKED, "2023-10-07", id="29 September to 6 October are free, Saturday is made up"),
        pytest.param("2024-09-30", 1, WORKED, "2024-10-08", id="1..7 October are free"),
        pytest.param("2024-10-11", 1, WORKED, "2024-10-12", id="Saturday 12 October is made up"),
        pytest.param("2025-09-30", 1, WORKED, "2025-10-09", id="1..8 October are free"),
        pytest.param("2020-01-23", 1, WORKED, "2020-02-03", id="24 January to 2 February: the Spring Festival that was prolonged"),
        pytest.param("2021-02-10", 3, WORKED, "2021-02-20", id="11..17 February are free; 18, 19, made-up Saturday 20: 3"),
        pytest.param("2024-02-08", 2, WORKED, "2024-02-18", id="9 February is worked, 10..17 are free, Sunday 18 is made up: 2"),
        pytest.param("2025-01-27", 1, WORKED, "2025-02-05", id="28 January to 4 February are free"),
        pytest.param("2026-02-13", 1, WORKED, "2026-02-14", id="Saturday 14 February is made up before the Spring Festival"),
        pytest.param("2026-02-14", 1, WORKED, "2026-02-24", id="15..23 February are free"),
        pytest.param("2020-04-03", 1, WORKED, "2020-04-07", id="Saturday 4 to Monday 6 April: Qingming"),
        pytest.param("2020-04-24", 1, WORKED, "2020-04-26", id="Saturday is free, Sunday 26 April is made up"),
        pytest.param("2020-04-30", 1, WORKED, "2020-05-06", id="1..5 May are free"),
        pytest.param("2021-05-07", 1, WORKED, "2021-05-08", id="Saturday 8 May is made up"),
        pytest.param("2016-06-08", 2, WORKED, "2016-06-13", id="9..11 June are free, made-up Sunday 12, Monday 13: 2"),
        pytest.param("2016-09-14", 1, WORKED, "2016-09-18", id="15..17 September are free, Sunday 18 is made up"),
        pytest.param("2022-12-30", 1, WORKED, "2023-01-03", id="31 December to 2 January are free"),
        pytest.param("2023-12-29", 1, WORKED, "2024-01-02", id="30 December to 1 January are free"),
        pytest.param("2023-10-09", -3, WORKED, "2023-09-28", id="backwards: 8, 7 October, 28 September"),
        pytest.param("2023-05-21", 0, WORKED, "2023-05-21", id="no day at all, a Sunday"),
        pytest.param("2021-08-31", 3, MONTHS, "2021-11-30", id="31 August, no 31 November"),
        pytest.param("2021-11-30", -3, MONTHS, "2021-08-30", id="backwards to the corresponding day"),
        pytest.param("2021-05-31", -3, MONTHS, "2021-02-28", id="31 May less three months: no 31 February"),
        pytest.param("2024-05-31", -3, MONTHS, "2024-02-29", id="the same in a leap year"),
        pytest.param("2019-11-30", 3, MONTHS, "2020-02-29", id="30 November, no 30 February, a leap year"),
        pytest.param("2020-11-30", 3, MONTHS, "2021-02-28", id="the same in a common year"),
        pytest.param("2021-07-01", 3, MONTHS, "2021-10-01", id="three months"),
        pytest.param("2021-07-01", 90, DAYS, "2021-09-29", id="are not ninety days: July 30, August 31: 61, September 29: 90"),
        pytest.param("2023-05-12", 12, MONTHS, "2024-05-12", id="twelve months"),
        pytest.param("2024-02-29", 1, YEARS, "2025-02-28", id="a year from a leap day"),
        pytest.param("2024-02-29", 4, YEARS, "2028-02-29", id="four years from a leap day"),
    ],
)  # fmt: skip
def test_a_span_ends_on(begins: str, count: int, unit: str, last: str) -> None:
    """The last day, counted from the day after the first."""
    assert CALENDAR.add(date.fromisoformat(begins), count, unit).isoformat() == last  # type: ignore[arg-type]


def due(day: str, **words: object) -> Fact:
    """A hazard found on 8 May (or as said) that is to be rectified by `day`."""
    when = str(words.pop("found", "2023-05-08"))
    return report(when, rectify_by=day, **words)


def later(type_: str, when: str, **words: object) -> Fact:
    return fact(f"hazard.{type_}", when, hazard_id="H-1", **words)


@pytest.mark.parametrize(
    ("told", "packs", "expected"),
    [
        pytest.param([due("2023-05-20")], OURS, "first 05-21 00:00, T+3 05-23 00:00, T+7 05-27 00:00, T+15 06-04 00:00",
                     id="a Saturday: 21, 23, 27 May; 31-20 is 11, so day 15 is 4 June"),
        pytest.param([due("2023-05-31")], OURS, "first 06-01 00:00, T+3 06-03 00:00, T+7 06-07 00:00, T+15 06-15 00:00",
                     id="a month's end: day n is the n-th of June"),
        pytest.param([due("2023-09-30")], OURS, "first 10-01 00:00, T+3 10-03 00:00, T+7 10-07 00:00, T+15 10-15 00:00",
                     id="National Day moves nothing"),
        pytest.param([due("2023-12-31")], OURS, "first 01-01 00:00, T+3 01-03 00:00, T+7 01-07 00:00, T+15 01-15 00:00",
                     id="a year's end"),
        pytest.param([due("2024-02-28")], OURS, "first 02-29 00:00, T+3 03-02 00:00, T+7 03-06 00:00, T+15 03-14 00:00",
                     id="29 February is day 1, 1 March day 2, 2 March day 3"),
        pytest.param([due("2022-02-28", found="2022-02-01", tenant="371083")], WEIHAI,
                     "first 03-01 00:00, T+3 03-03 00:00, T+7 03-07 00:00, T+15 03-15 00:00",
                     id="without a leap day 1 March is day 1"),
        pytest.param([due("2023-05-08")], OURS, "first 05-09 00:00, T+3 05-11 00:00, T+7 05-15 00:00, T+15 05-23 00:00",
                     id="due on the day of finding"),
        pytest.param([due("2023-05-20T18:00:00+08:00")], OURS,
                     "first 05-20 18:00, T+3 05-23 00:00, T+7 05-27 00:00, T+15 06-04 00:00",
                     id="due at 18:00 of 20 May: late at once, rungs count from the 20th"),
        pytest.param([due("2023-05-20T16:30:00Z")], OURS,
                     "first 05-21 00:30, T+3 05-24 00:00, T+7 05-28 00:00, T+15 06-05 00:00",
                     id="16:30 UTC is 00:30 of 21 May in Shanghai: rungs count from the 21st"),
        pytest.param([due("2023-05-21T00:00:00+08:00")], OURS,
                     "first 05-21 00:00, T+3 05-23 00:00, T+7 05-27 00:00, T+15 06-04 00:00",
                     id="00:00 of the 21st is 24:00 of the 20th"),
        pytest.param([due("2023-05-20"), due("2023-05-15", found="2023-05-10", id_="again")], OURS,
                     "first 05-16 00:00, T+3 05-18 00:00, T+7 05-22 00:00, T+15 05-30 00:00",
                     id="a second report brings it forward to 15 May"),
        pytest.param([due("2023-05-20"), due("2023-06-15", found="2023-05-10", id_="again")], OURS,
                     "first 05-21 00:00, T+3 05-23 00:00, T+7 05-27 00:00, T+15 06-04 00:00",
                     id="a later date of a second report is ignored"),
        pytest.param([due("2023-05-20"), later("extension_decided", "2023-05-18", granted=True, until="2023-06-05", approver="u")],
                     OURS, "first 06-06 00:00, T+3 06-08 00:00, T+7 06-12 00:00, T+15 06-20 00:00",
                     id="extended to 5 June: day 1 is the 6th"),
        pytest.param([due("2023-05-20"), later("extension_decided", "2023-05-18", granted=False, approver="u")], OURS,
                     "first 05-21 00:00, T+3 05-23 00:00, T+7 05-27 00:00, T+15 06-04 00:00",
                     id="a refused extension moves nothing"),
        pytest.param([due("2023-05-20"), later("extension_decided", "2023-05-22 10:00", granted=True, until="2023-06-05", approver="u")],
                     OURS, "first 05-21 00:00, first 06-06 00:00, T+3 06-08 00:00, T+7 06-12 00:00, T+15 06-20 00:00",
                     id="extended when it was late: late again from 6 June"),
        pytest.param([due("2023-05-20"), later("clock_suspended", "2023-05-15 09:00", approver="u", reason="r"),
                      later("clock_resumed", "2023-05-25 09:00", approver="u", reason="r")], OURS,
                     "first 05-31 00:00, T+3 06-02 00:00, T+7 06-06 00:00, T+15 06-14 00:00",
                     id="suspended for 10 days, 15..25 May: 20+10 is 30 May"),
        pytest.param([due("2023-05-20"), later("clock_suspended", "2023-05-19 08:00", approver="u", reason="r"),
                      later("clock_resumed", "2023-06-02 09:00", approver="u", reason="r")], OURS,
                     "first 06-04 00:00, T+3 06-06 00:00, T+7 06-10 00:00, T+15 06-18 00:00",
                     id="suspended from 19 May to 2 June: 12+2 is 14 days, 20 May and 14 days are 3 June"),
        pytest.param([due("2023-05-20"), later("clock_suspended", "2023-05-19", approver="u", reason="r")], OURS, "",
                     id="suspended and never resumed"),
        pytest.param([due("2023-05-20"), later("rectified", "2023-05-19", by="u"),
                      later("reinspected", "2023-05-25 10:00", passed=False)], OURS,
                     "first 05-25 10:00, T+3 05-28 00:00, T+7 06-01 00:00, T+15 06-09 00:00",
                     id="late at the failed inspection of 25 May: day 3 the 28th, day 7 is 31-25=6 and 1: 1 June"),
        pytest.param([report("2020-03-01", tenant="330381", rectify_by=None, known="2020-03-25")], WENZHOU,
                     "first 04-16 00:00, T+3 04-18 00:00, T+7 04-22 00:00, T+15 04-30 00:00",
                     id="stock: 20 days from 26 March are over with 15 April"),
        pytest.param([report("2020-03-01", tenant="330381", rectify_by=None, known="2020-03-25"),
                      fact("hazard.plan_filed", "2020-04-01", tenant="330381", hazard_id="H-1", target_date="2020-05-10",
                           interim_measures="停用", responsible="u", measures="改造")], WENZHOU,
                     "first 05-11 00:00, T+3 05-13 00:00, T+7 05-17 00:00, T+15 05-25 00:00",
                     id="stock with a plan to 10 May"),
        pytest.param([report("2020-03-25", tenant="330381", rectify_by=None)], WENZHOU, "",
                     id="found in the campaign and without a date: no term at all"),
    ],
)  # fmt: skip
def test_a_hazard_is_late_at(told: list[Fact], packs: tuple[str, ...], expected: str) -> None:
    """Every rung, at its instant."""
    records = [one for one in run(*told, until="2024-12-31", packs=packs) if one.rule == "overdue"]

    rungs = [one for one in records if one.status in ("raised", "proposed")]
    assert ", ".join(f"{one.step} {one.at.astimezone(SHANGHAI):%m-%d %H:%M}" for one in rungs) == expected


@pytest.mark.parametrize(
    ("told", "packs", "expected"),
    [
        pytest.param(due("2023-05-20"), OURS, "T-3 05-17, T-1 05-19", id="20-3 is 17, 20-1 is 19"),
        pytest.param(due("2023-06-02"), OURS, "T-3 05-30, T-1 06-01", id="over a month's end: 2 June less 3 is 30 May"),
        pytest.param(due("2024-03-01"), OURS, "T-3 02-27, T-1 02-29", id="over a leap day"),
        pytest.param(due("2023-05-10"), OURS, "T-1 05-09", id="T-3 lies before the finding"),
        pytest.param(due("2020-04-05", found="2020-03-27", tenant="330381"), WENZHOU, "T-7 03-29, T-3 04-02, T-1 04-04",
                     id="5 April less 7 is 29 March"),
    ],
)  # fmt: skip
def test_a_reminder_comes_on(told: Fact, packs: tuple[str, ...], expected: str) -> None:
    """At 00:00 of the n-th day before the deadline day."""
    records = [one for one in run(told, until="2024-12-31", packs=packs) if one.rule == "due_soon"]

    assert ", ".join(f"{one.step} {one.at.astimezone(SHANGHAI):%m-%d}" for one in records) == expected


SUMMIT = dated("summit_end", "2016-09-05", "2016-09-01", tenant="331100")
MOVED = dated("summit_end", "2016-09-30", "2016-09-04", tenant="331100")
ROUND = "round_letter/市安委办"


@pytest.mark.parametrize(
    ("told", "packs", "subject", "expected"),
    [
        pytest.param([], JIAXING, "team_list/市商务局/2020-03-26", "2020-03-26 10:00", id="S1-18: 10:00, not 24:00"),
        pytest.param([], JIAXING, "daily_report/team-1/2020-03-31", "2020-04-01 00:00", id="S1-19: 24:00 of the month's last"),
        pytest.param([], JIAXING, "daily_report/team-1/2020-04-04", "2020-04-05 00:00", id="S1-19: Saturday, Qingming"),
        pytest.param([], JIAXING, "daily_report/team-1/2020-04-15", "2020-04-16 00:00", id="S1-19: the campaign's last day"),
        pytest.param([], OURS, "half_year_report/331081001/2023-H1", "2023-06-16 00:00", id="S2-01: 6月15日前 includes the 15th"),
        pytest.param([], OURS, "annual_report/331081001/2023", "2023-12-16 00:00", id="S2-01: 12月15日前"),
        pytest.param([], OURS, "town_study/331081001/2023-Q3", "2023-10-01 00:00", id="S2-11: 30 September, the eve of National Day"),
        pytest.param([], OURS, "quarterly_meeting/市安委会/2023-Q4", "2024-01-01 00:00", id="S2-09: the year's last day"),
        pytest.param([], OURS, "monthly_consultation/市安委会/2023-06", "2023-07-01 00:00", id="S2-09: a month of thirty days"),
        pytest.param([dated("provincial_round:1", "2023-09-27", "2023-09-27", tenant=WENLING)], OURS, f"{ROUND}/1",
                     "2023-10-11 00:00", id="S2-21: 28 September, 7, 8 (made up), 9, 10 October: 5 working days"),
        pytest.param([dated("provincial_round:1", "2023-06-19", "2023-06-19", tenant=WENLING)], OURS, f"{ROUND}/1",
                     "2023-06-28 00:00", id="S2-21: 20, 21, Sunday 25 (made up), 26, 27 June: 5 working days"),
        pytest.param([], WEIHAI, "cancellation_list/371002/2021-05-20", "2021-05-21 00:00", id="S3-07: 5月20日前"),
        pytest.param([], WEIHAI, "learning/371002/2021-05-31", "2021-06-01 00:00", id="S3-01: 5月底前"),
        pytest.param([], WEIHAI, "quarterly_analysis/371002/2021-Q2", "2021-07-01 00:00", id="S3-01: the quarter's last day"),
        pytest.param([accident("2021-11-30 08:00")], WEIHAI, "A-1", "2021-12-16 00:00", id="S3-18: 1..15 December"),
        pytest.param([accident("2021-12-20 23:59")], WEIHAI, "A-1", "2022-01-05 00:00", id="S3-18: 11 of December, 4 of January"),
        pytest.param([accident("2024-02-14 08:00")], WEIHAI, "A-1", "2024-03-01 00:00", id="S3-18: 15..29 February are 15"),
        pytest.param([accident("2021-06-01 16:30")], WEIHAI, "A-1", "2021-06-17 00:00", id="S3-18: 2..16 June"),
        pytest.param([], LISHUI, "action_plan/331102/2016-03-28", "2016-03-29 00:00", id="S4-02: 3月28日前"),
        pytest.param([], LISHUI, "stage_report/331102/stage:2a", "2016-06-04 00:00", id="S4-04: 31 May and 3 days: 3 June"),
        pytest.param([], LISHUI, "stage_report/安监局/stage:2a", "2016-06-03 00:00", id="S4-05: 31 May and 2 days: 2 June"),
        pytest.param([SUMMIT], LISHUI, "stage_report/331171/stage:2b", "2016-09-09 00:00", id="S4-04: 5 September and 3 days: the 8th"),
        pytest.param([SUMMIT], LISHUI, "stage_report/建设局/stage:2b", "2016-09-08 00:00", id="S4-05: 5 September and 2 days: the 7th"),
        pytest.param([SUMMIT, MOVED], LISHUI, "stage_report/331171/stage:2b", "2016-10-04 00:00",
                     id="S4-03: the summit put off to 30 September: 1, 2, 3 October"),
        pytest.param([], LISHUI, "stage_report/331102/stage:2c", "2016-12-04 00:00", id="S4-04: 30 November and 3 days: 3 December"),
        pytest.param([], LISHUI, "final_summary/331102/2016-12-15", "2016-12-16 00:00", id="S4-06: 12月15日前"),
    ],
)  # fmt: skip
def test_a_duty_is_missed_at(told: list[Fact], packs: tuple[str, ...], subject: str, expected: str) -> None:
    """Nobody did it: the instant at which its term is over."""
    records = decide(*told, until="2024-04-01", packs=packs)

    missed = [one for one in records if one.measure == "missing_report" and one.subject.id == subject and one.since]
    assert [f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for one in missed] == [expected]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            "2021-08-31 20:00", "2021-11-30 06:00", 1, id="31 August and 3 months end with 30 November: inside"
        ),
        pytest.param("2021-08-31 20:00", "2021-12-01 00:00", 0, id="1 December is outside"),
        pytest.param(
            "2021-08-30 00:00", "2021-11-30 23:59", 1, id="30 August and 3 months end with 30 November, 24:00"
        ),
        pytest.param(
            "2021-07-05 08:00", "2021-10-05 23:59", 1, id="5 July to 5 October, 92 days: inside, months are no 90 days"
        ),
        pytest.param("2021-07-05 08:00", "2021-10-06 00:00", 0, id="6 October is outside"),
        pytest.param("2023-11-30 08:00", "2024-02-29 08:00", 1, id="30 November to the leap day"),
        pytest.param("2022-11-30 08:00", "2023-03-01 08:00", 0, id="30 November ends with 28 February"),
        pytest.param("2021-06-01 08:00", "2021-06-01 20:00", 1, id="two on one day"),
    ],
)
def test_a_window_of_three_months_holds(first: str, second: str, expected: int) -> None:
    """S3-22, trap T5: a talk is proposed where both accidents lie within three calendar months."""
    records = decide(accident(first, "A-1"), accident(second, "A-2"), until="2024-04-01")

    assert len([one for one in records if one.rule == "talk_fatal_window"]) == expected


@pytest.mark.parametrize(
    ("told", "packs", "rule", "step", "expected"),
    [
        pytest.param([report("2021-06-01 10:00", tenant="371083", level="major", rectify_by="2021-12-31")], WEIHAI,
                     "long_standing", "90d", "2021-08-31 00:00", id="S3-27: June 29, July 31: 60, August 30: 90 days"),
        pytest.param([report("2021-06-01 10:00", tenant="371083", level="major", rectify_by="2021-12-31")], WEIHAI,
                     "missing_proposal", "", "2021-06-05 00:00", id="S3-10: 2, 3, 4 June"),
        pytest.param([fact("site.registered", "2021-06-01", tenant="371083", site={"id": "S-1", "name": "厂", "address": "路",
                                                                                  "kind": "unit", "sector": "工贸"}),
                      fact("inspection.completed", "2021-06-25 10:00", tenant="371083", inspection_id="I-1", kind="routine",
                           site_id="S-1", found=1)], WEIHAI,
                     "enforcement_missing", "", "2021-07-03 00:00", id="S3-09: 26..30 June are 5, 1, 2 July: 7 days"),
        pytest.param([fact("listing.opened", "2020-04-01", tenant="330381", listing_id="L-1",
                           subject={"kind": "site", "id": "S-1"}, level="county", until="2020-04-20")], WENZHOU,
                     "listing_expiry", "expired", "2020-04-21 00:00", id="S0-18: 24:00 of 20 April"),
        pytest.param([fact("listing.opened", "2020-04-01", tenant="330381", listing_id="L-1",
                           subject={"kind": "site", "id": "S-1"}, level="county", until="2020-04-20")], WENZHOU,
                     "listing_expiry", "T+30", "2020-05-21 00:00", id="S0-18: April 10, May 20: 30 days"),
        pytest.param([report("2020-03-28 23:50", tenant="330402", found_by="undercover", rectify_by="2020-04-15")], JIAXING,
                     "same_day_report", "", "2020-03-29 00:00", id="S1-13: ten minutes are left of the day, a Saturday"),
    ],
)  # fmt: skip
def test_other_terms_are_over_at(told: list[Fact], packs: tuple[str, ...], rule: str, step: str, expected: str) -> None:
    """Each from the day that its clause names."""
    records = [one for one in run(*told, until="2021-12-31", packs=packs) if (one.rule, one.step) == (rule, step)]

    assert f"{records[0].at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == expected
