"""Rungs, reminders and terms that nothing ever reaches."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, fault, told

FAULTS = [
    pytest.param(
        CITY, "step: T+7, day: 7", "step: T+2, day: 2", "step: T+2",
        "rung T+2 of overdue (day 2) is never reached: T+3 before it stands on day 3."
        " Mend: order the rungs so that their days rise.",
        id="unreachable: days that do not rise",
    ),
    pytest.param(
        CITY, "step: T+3, day: 3", "step: T+3, day: 1", "step: T+3",
        "rung T+3 of overdue (day 1) is never reached: first before it stands on day 1."
        " Mend: order the rungs so that their days rise.",
        id="unreachable: two rungs on one day",
    ),
    pytest.param(
        CITY, "step: first, day: 1", "step: first, day: 2", "step: first",
        "the first rung of overdue falls at the overdue instant, which is day 1, and not on day 2."
        " Mend: put a rung with day 1 before it, or make its day 1.",
        id="unreachable: a ladder that does not begin with the overdue instant",
    ),
    pytest.param(
        CITY, "step: T-1, day: -1", "step: T-0, day: 0", "step: T-0",
        "reminder T-0 (day 0) is never told: the deadline day has come."
        " Mend: a reminder lies before the deadline: make its day negative.",
        id="unreachable: a reminder after the deadline has come",
    ),
    pytest.param(
        CITY, "{step: 90d, after: {count: 90,", "{step: 200d, after: {count: 200,", "step: 180d",
        "180d (180日) is never reached: 200d before it comes after 200日. Mend: order them so that their spans rise.",
        id="unreachable: ages that do not rise",
    ),
    pytest.param(
        CITY, "expired, after: {count: 0,", "expired, after: {count: 40,", "step: T+30",
        "T+30 (30日) is never reached: expired before it comes after 40日. Mend: order them so that their spans rise.",
        id="unreachable: steps after a listing that do not rise",
    ),
    pytest.param(
        CITY, "day: 2024-09-30, share: 0.75", "day: 2025-09-30, share: 0.75", "share: 0.75",
        "check 2024-Q3 (2025-09-30) is never made: no target ends after it. Mend: put it before a target's due day.",
        id="unreachable: a check after every target has ended",
    ),
    pytest.param(
        CITY, "day: 2024-09-30, share: 0.75", "day: 2024-09-30, share: 0.4", "share: 0.4",
        "check 2024-Q3 (2024-09-30, 0.4) does not rise above 2024-Q2 before it."
        " Mend: order the checks so that days and shares rise.",
        id="unreachable: a check that asks for less than the one before",
    ),
    pytest.param(
        CITY, "opens_measure: warning_meeting}\n    remind: [3, 1]", "opens_measure: warning_meeting}\n    remind: [15]",
        "remind: [15]",
        "the reminder 15 days before warning_meeting is due is never told: its term has 15 days."
        " Mend: remind later, or not at all.",
        id="unreachable: a reminder before the term begins",
    ),
    pytest.param(
        CITY, "when: {kind: daily, last: 2024-04-10}", "when: {kind: daily, last: 2024-04-10}\n    remind: [1]",
        "remind: [1]",
        "the reminder 1 days before commitment is due is never told: its term has 1 days."
        " Mend: remind later, or not at all.",
        id="unreachable: a reminder of a duty of one day",
    ),
    pytest.param(
        CITY, 'when: {kind: untimed, period: "2024"}', 'when: {kind: untimed, period: "2024"}\n    remind: [1]',
        "remind: [1]",
        "the reminder 1 days before self_review is due is never told: its term has 0 days."
        " Mend: remind later, or not at all.",
        id="unreachable: a reminder without a term",
    ),
    pytest.param(
        CITY, "when: {kind: quarterly, last: 2024-12-31}", "when: {kind: quarterly, last: 2023-12-31}",
        "when: {kind: quarterly",
        "meeting never opens: its last day 2023-12-31 lies before the pack binds, 2024-01-02."
        " Mend: give it days from effective_from on, or take it away.",
        id="unreachable: a duty that ended before the pack binds",
    ),
    pytest.param(
        CITY, "when: {kind: daily, last: 2024-04-10}", "when: {kind: daily, first: 2024-05-01, last: 2024-04-10}",
        "kind: daily",
        "commitment never opens: its first day 2024-05-01 lies after its last 2024-04-10."
        " Mend: turn the two days round.",
        id="unreachable: a duty whose days are the wrong way round",
    ),
    pytest.param(
        CITY, "month: 12, day: 15", "month: 2, day: 29", "kind: yearly",
        "annual_report: the 29th of month 2 is not in every year. Mend: name a day that every year has.",
        id="a day that most years lack",
    ),
    pytest.param(
        CITY, "step: T+7, day: 7", "step: T+3, day: 7", "step: T+3, day: 7",
        "two rungs of overdue are called T+3: the second is never told from the first."
        " Mend: give each rung a name of its own.",
        id="two rungs of one name",
    ),
    pytest.param(
        CITY, "    when: {kind: quarterly, last: 2024-12-31}\n    remind: [7]",
        "    when: {kind: quarterly, last: 2024-12-31}\n    remind: [7, 7]", "remind: [7, 7]",
        "meeting is reminded of twice on day T-7. Mend: take one away.",
        id="one reminder twice",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_what_is_never_reached_is_refused(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)
