"""Every day of a campaign or key period has its report, weekends included (S1-19, S2-09)."""

from tests.unit.services.escalation.accidents import dated, done, pack, told, under
from tests.unit.services.escalation.stories import law_with

RULE = "daily_report"
TOWN = "331081003"


def law(when: dict[str, object]) -> object:
    daily = {"rule": RULE, "title": "暗访检查日报表", "clauses": ["S1-19"], "units": ["teams"], "when": when}
    return law_with(
        pack(
            units={"teams": [{"id": "team-1", "name": "第1组"}]},
            milestones=["start", "end"],
            obligations={"daily": daily},
        )
    )


def missed(law: object, *facts: object, until: str) -> list[str]:
    lines = told(under(law, *facts, until=until), RULE)  # type: ignore[arg-type]
    return [line.removeprefix(f"{RULE} daily/team-1/") for line in lines]


def test_a_weekend_counts_and_a_zero_report_is_a_report() -> None:
    """From Friday to Monday; Saturday's came, on Sunday evening nothing had."""
    campaign = law({"kind": "daily", "first": "2023-05-05", "last": "2023-05-08"})
    came = [done("daily", "team-1", f"2023-05-0{day}", f"2023-05-0{day} 20:00", tenant="331081") for day in (5, 6, 8)]

    assert missed(campaign, *came, until="2023-05-20") == ["2023-05-07 missing_report raised 2023-05-08 00:00"]


def test_a_report_of_another_day_is_not_this_days() -> None:
    """Two reports for one day leave the other one missing."""
    campaign = law({"kind": "daily", "first": "2023-05-05", "last": "2023-05-06"})
    came = [
        done("daily", "team-1", "2023-05-05", "2023-05-05 20:00", tenant="331081"),
        done("daily", "team-1", "2023-05-05", "2023-05-06 20:00", tenant="331081"),
    ]

    assert missed(campaign, *came, until="2023-05-20") == ["2023-05-06 missing_report raised 2023-05-07 00:00"]


def test_a_cut_off_ends_the_day_earlier() -> None:
    """Where the pack names a time of day, the day is over then."""
    campaign = law({"kind": "daily", "first": "2023-05-05", "last": "2023-05-05", "cut_off": "18:00"})

    assert missed(campaign, until="2023-05-20") == ["2023-05-05 missing_report raised 2023-05-05 18:00"]


def test_a_key_period_has_its_days_when_both_ends_are_dated() -> None:
    """No clock before; then a report for each day, both ends included."""
    period = law({"kind": "key_period", "windows": [["start", "end"]]})
    start = dated("start", "2023-09-23", "2023-09-01", tenant="331081")
    end = dated("end", "2023-09-24", "2023-09-01", tenant="331081")

    assert missed(period, start, until="2023-12-01") == []
    assert missed(period, start, end, until="2023-12-01") == [
        "2023-09-23 missing_report raised 2023-09-24 00:00",
        "2023-09-24 missing_report raised 2023-09-25 00:00",
    ]


def test_the_reason_can_be_read_out() -> None:
    """The sentence names the team and the day."""
    campaign = law({"kind": "daily", "first": "2023-05-05", "last": "2023-05-05"})
    record = next(one for one in under(campaign, until="2023-05-20") if one.rule == RULE)  # type: ignore[arg-type]

    assert record.reason == "第1组未报送2023年5月5日的暗访检查日报表，期限为2023年5月5日24时。"
