"""Keys, words, units of days and clause ids (trap T4)."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, fault, told

FAULTS = [
    pytest.param(
        CITY, "clauses: [S4-08]", "clauses: [S9-08]", "clauses: [S9-08]",
        "there is no clause 'S9-08'. Mend: the notices are S0 to S4, as in S2-22.",
        id="the only clause is none: one fault, and not also a list that is too short",
    ),
    pytest.param(
        CITY, "campaign:\n", "four_eyes: {measures: [remind], clauses: [S1-20]}\n\ncampaign:\n", "four_eyes",
        "nobody confirms remind; four eyes are for admonition_talk, listed_supervision, penalty, referral, suspension"
        " in four_eyes. Mend: make the two agree.",
        id="four eyes for what nobody confirms",
    ),
    pytest.param(
        CITY, "within: {count: 3, unit: calendar_day}", "within: {count: 3}", "kind: stages",
        "a span without a unit of days in obligations.stage_report.when.within. Mend: add `unit: calendar_day` where"
        " the notice says 日 or 天, `working_day` where it says 工作日, or month, year.",
        id="a missing unit of days (trap T4)",
    ),
    pytest.param(
        CITY, "age: {count: 90, unit: calendar_day}", "age: {count: 90}", "age:",
        "a span without a unit of days in rules.problem_list.age. Mend: add `unit: calendar_day` where"
        " the notice says 日 or 天, `working_day` where it says 工作日, or month, year.",
        id="a missing unit of days in a rule",
    ),
    pytest.param(
        CITY, "age: {count: 90, unit: calendar_day}", "age: {count: 90, unit: day}", "unit: day}",
        "unknown word 'day' in rules.problem_list.age.unit."
        " Mend: use one of these words: calendar_day, month, working_day, year.",
        id="a unit that says neither calendar nor working day",
    ),
    pytest.param(
        CITY, "  due_soon:", "  due_sooon:", "  due_sooon:",
        "unknown rule 'due_sooon'. Mend: write due_soon.",
        id="an unknown rule",
    ),
    pytest.param(
        CITY, "fallback_lead:", "fallback:", "fallback:",
        "unknown key 'fallback'. Mend: write fallback_lead.",
        id="an unknown key of the pack",
    ),
    pytest.param(
        CITY, "    teams: teams\n    days: 8", "    teams: teams\n    days: 8\n    dys: 8", "dys: 8",
        "unknown key 'dys' in rules.field_days. Mend: write days.",
        id="an unknown key of a rule",
    ),
    pytest.param(
        CITY, "kind: daily, last: 2024-04-10", "kind: daily, lsat: 2024-04-10", "lsat",
        "unknown key 'lsat' in obligations.commitment.when. Mend: write last.",
        id="an unknown key of a schedule",
    ),
    pytest.param(
        CITY, "kind: daily, last: 2024-04-10", "kind: dayly, last: 2024-04-10", "kind: dayly",
        "'dayly' is no kind of schedule in obligations.commitment.when. Mend: write daily.",
        id="an unknown kind of schedule",
    ),
    pytest.param(
        CITY, "title: 虚构市安全生产工作要点\n", "", "# A city",
        "'title' is missing: The notice's title. Mend: add `title:`.",
        id="a missing key of the pack",
    ),
    pytest.param(
        CITY, "    teams: teams\n    days: 8", "    teams: teams", "field_days:",
        "'days' is missing in rules.field_days: Distinct days with an unannounced visit of a site, within the campaign."
        " Mend: add `days:`.",
        id="a missing key of a rule",
    ),
    pytest.param(
        CITY, "day: 7, measure: supervision_letter", "day: 7, measure: supervison_letter", "supervison_letter",
        "unknown measure 'supervison_letter' in rules.overdue.ladder.2.measure. Mend: write supervision_letter.",
        id="a ladder with an unknown measure",
    ),
    pytest.param(
        CITY, "to: supervising_unit", "to: everybody", "to: everybody",
        "unknown word 'everybody' in rules.overdue.ladder.1.to. Mend: use one of these words: area,"
        " committee_office, department, leader, responsible_unit, supervising_unit.",
        id="an unknown addressee",
    ),
    pytest.param(
        CITY, "clauses: [S2-24]", "clauses: [S2-40]", "S2-40",
        "there is no clause 'S2-40'. Mend: the notice S2 has S2-01 to S2-39.",
        id="a clause that does not exist",
    ),
    pytest.param(
        CITY, "clauses: [S2-24]", "clauses: [S6-01]", "S6-01",
        "there is no clause 'S6-01'. Mend: the notices are S0 to S4, as in S2-22.",
        id="a clause of no notice",
    ),
    pytest.param(
        CITY, "  overdue:\n    clauses: [S2-22]", "  due_soon:\n    clauses: [S2-22]", "  due_soon:\n    clauses: [S2-22]\n    ladder:\n      - {step: first",
        "the key 'due_soon' stands twice in rules; YAML keeps the second alone. Mend: rename one or take it away.",
        id="a rule that stands twice",
    ),
    pytest.param(
        CITY, "begins: 2024-04-01, due: 2024-04-10", "begins: 2024-05-01, due: 2024-04-10", "due: 2024-04-10",
        "task major: due 2024-04-10 lies before begins 2024-05-01 in rules.look_back.tasks.0."
        " Mend: make the two agree.",
        id="a contradiction that the shape itself refuses",
    ),
    pytest.param(
        CITY, "    days: 8", "    days: eight", "days: eight",
        "rules.field_days.days: Input should be a valid integer, unable to parse string as an integer, not 'eight'."
        " Mend: Distinct days with an unannounced visit of a site, within the campaign.",
        id="a word for a number",
    ),
    pytest.param(
        CITY, "during: key_periods, deaths: 1}", "during: always, deaths: 1, grade: huge}", "grade: huge",
        "unknown word 'huge' in rules.campaign_goal.goals.1.grade."
        " Mend: use one of these words: extraordinary, larger, major, ordinary.",
        id="an unknown grade",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_what_is_malformed_is_refused(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)
