"""A child may add and may only shorten what it shares (trap T1)."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, ZONE, fault, told

FAULTS = [
    pytest.param(
        ZONE, "within: {count: 2, unit: calendar_day}", "within: {count: 4, unit: calendar_day}", "within: {count: 4, unit: calendar_day}\n      stages",
        "the child loosens stage_report, which nowhere-2024 asks for: 4日 instead of 3日."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a longer term (trap T1)",
    ),
    pytest.param(
        ZONE, "within: {count: 2, unit: calendar_day}", "within: {count: 3, unit: working_day}", "unit: working_day",
        "the child loosens stage_report, which nowhere-2024 asks for: 3个工作日 instead of 3日."
        " Mend: keep the parent's term or a shorter one.",
        id="child: working days instead of days (trap T4)",
    ),
    pytest.param(
        ZONE, "        - {id: b, begins: 2024-04-01, ends_with: summit_end}\n", "", "      stages:",
        "the child loosens stage_report, which nowhere-2024 asks for: it leaves out stage b."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a stage left out",
    ),
    pytest.param(
        ZONE, "{id: a, begins: 2024-01-02, ends: 2024-03-31}", "{id: a, begins: 2024-01-02, ends: 2024-04-30}",
        "ends: 2024-04-30",
        "the child loosens stage_report, which nowhere-2024 asks for: stage a ends with 2024-04-30 instead of 2024-03-31."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a later stage",
    ),
    pytest.param(
        ZONE, "due: 2024-01-20", "due: 2024-01-21", "due: 2024-01-21",
        "the child loosens plan, which nowhere-2024 asks for: 2024-01-21 instead of 2024-01-20 for 2024-01-20."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a later day",
    ),
    pytest.param(
        ZONE, 'cut_off: "09:00"', 'cut_off: "11:00"', "cut_off",
        "the child loosens plan, which nowhere-2024 asks for: 11:00 instead of 10:00."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a later hour",
    ),
    pytest.param(
        ZONE, ', cut_off: "09:00"', "", "dates: [{period",
        "the child loosens plan, which nowhere-2024 asks for: 24:00 instead of 10:00."
        " Mend: keep the parent's term or a shorter one.",
        id="child: no hour at all",
    ),
    pytest.param(
        ZONE, 'period: "2024-01-20", due: 2024-01-20', 'period: "2024-01-19", due: 2024-01-19', "kind: dates",
        "the child loosens plan, which nowhere-2024 asks for: it leaves out 2024-01-20."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a day left out",
    ),
    pytest.param(
        ZONE, "kind: monthly, last: 2024-12-31", "kind: annual, last: 2024-12-31", "kind: annual",
        "the child loosens meeting, which nowhere-2024 asks for: annual instead of quarterly."
        " Mend: keep the parent's term or a shorter one.",
        id="child: less often",
    ),
    pytest.param(
        ZONE, "kind: monthly, last: 2024-12-31", "kind: monthly, last: 2024-06-30", "last: 2024-06-30",
        "the child loosens meeting, which nowhere-2024 asks for: it ends on 2024-06-30, not on 2024-12-31."
        " Mend: keep the parent's term or a shorter one.",
        id="child: not so long",
    ),
    pytest.param(
        ZONE, "when: {kind: monthly, last: 2024-12-31}", 'when: {kind: untimed, period: "2024"}', "kind: untimed",
        "the child loosens meeting, which nowhere-2024 asks for: a schedule of another kind (untimed instead of quarterly)."
        " Mend: keep the parent's term or a shorter one.",
        id="child: no term instead of one",
    ),
    pytest.param(
        ZONE, "month: 12, day: 10", "month: 12, day: 20", "day: 20",
        "the child loosens annual_report, which nowhere-2024 asks for: 12-20 instead of 12-15 for {year}."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a later day of the year",
    ),
    pytest.param(
        ZONE, "windows: [[summit_start, summit_end]]", "windows: []", "windows: []",
        "the child loosens key_period_report, which nowhere-2024 asks for: it leaves out summit_start to summit_end."
        " Mend: keep the parent's term or a shorter one.",
        id="child: a key period left out",
    ),
    pytest.param(
        ZONE, "milestone: summit_end, period: summit", "milestone: summit_start, period: summit",
        "milestone: summit_start",
        "the child loosens after_summit, which nowhere-2024 asks for: another anchor, summit_start."
        " Mend: keep the parent's term or a shorter one.",
        id="child: another anchor",
    ),
    pytest.param(
        ZONE, "within: {count: 10, unit: calendar_day}, opens", "fatal: true, within: {count: 10, unit: calendar_day}, opens",
        "fatal: true, within",
        "the child loosens warning_meeting, which nowhere-2024 asks for: fatal accidents alone instead of all."
        " Mend: keep the parent's term or a shorter one.",
        id="child: fewer accidents",
    ),
    pytest.param(
        ZONE, "within: {count: 10, unit: calendar_day}, opens", "opens", "opens_measure: warning_meeting",
        "the child loosens warning_meeting, which nowhere-2024 asks for: no term instead of 15日."
        " Mend: keep the parent's term or a shorter one.",
        id="child: no term after an accident",
    ),
    pytest.param(
        ZONE, "until_milestone: standing_meeting, ", "", "kind: accident, fatal: true",
        "the child loosens standing_meeting, which nowhere-2024 asks for: it no longer ends with standing_meeting."
        " Mend: keep the parent's term or a shorter one.",
        id="child: no meeting to report at",
    ),
    pytest.param(
        ZONE, "    written: needed\n", "", "stage_report:",
        "the child loosens stage_report, which nowhere-2024 asks for: a written file is not asked for instead of asked."
        " Mend: keep the parent's term or a shorter one.",
        id="child: no written file",
    ),
    pytest.param(
        ZONE, 'root: "990100"', 'root: "990000"', "root:",
        "the root 990000 is not the parent's, 990100. Mend: write 990100.",
        id="child: of another committee",
    ),
    pytest.param(
        ZONE, "child_of: nowhere-2024", "child_of: nowhere-2042", "child_of:",
        "there is no pack 'nowhere-2042' to be a child of. Mend: write nowhere-2024.",
        id="child: of nobody",
    ),
    pytest.param(
        CITY, "children: [nowhere-zone-2024]", "children: [nowhere-zone-2024, nowhere-port-2024]", "children:",
        "the child 'nowhere-port-2024' is not there."
        " Mend: check both files together, and let the child say `child_of`.",
        id="parent: of nobody",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_a_child_that_loosens_is_refused(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)
