"""The traps of requirements 1.6 that lie in forms, each as a test of its name."""

from tests.unit.services.reporting.core.forms.filling import figures, filled
from tests.unit.services.reporting.visits import a_day, found, visit

EVENING, MORNING_AFTER = "2020-04-02 23:59", "2020-04-03 12:00"


def test_t7_the_three_lists_of_two_notices_are_two_forms() -> None:
    """嘉兴 names 排查责任、问题、整改 (S1-16), 温岭 names 问题隐患、事故防控措施、闭环整改落实 (S2-05): none stands for the other."""
    one, other = (list(filled(kind, a_day(), MORNING_AFTER)) for kind in ("three-lists", "service-lists"))

    assert one == ["排查责任清单", "问题清单", "整改清单"]
    assert other == ["问题隐患清单", "事故防控措施清单", "闭环整改落实清单"]


def test_t10_put_right_today_is_of_the_day_and_so_far_is_of_now() -> None:
    """What was put right the next morning counts in 累计 and never in 今日; so far is no sum of dailies."""
    night = figures(filled("daily", a_day(), EVENING, team="team-1")["日报表"])
    later = figures(filled("daily", a_day(), MORNING_AFTER, day="2020-04-02", team="team-1")["日报表"])

    assert (night["今日·已完成整改"], later["今日·已完成整改"]) == (1, 1)
    assert (night["累计·已完成整改"], later["累计·已完成整改"]) == (1, 3)


def test_t12_an_enterprise_that_is_visited_twice_counts_once() -> None:
    """Team 1 made four visits to three enterprises; the visits are said beside. A fifth visit changes no enterprise."""
    again = visit("2020-04-02 16:00", inspection="I-5", site="S-2")
    unvisited = found("2020-04-02 17:00", "H-9", inspection=None, site="S-3")
    before = filled("daily", a_day(), MORNING_AFTER, day="2020-04-02", team="team-1")["日报表"]
    after = filled("daily", [*a_day(), again, unvisited], MORNING_AFTER, day="2020-04-02", team="team-1")["日报表"]

    assert (figures(before)["今日·检查企业（场所）"], figures(after)["今日·检查企业（场所）"]) == (3, 3)
    assert any("今日检查4次" in note for note in before["notes"])
    assert any("今日检查5次" in note for note in after["notes"])
