"""Anchors and names that lead nowhere (trap T3)."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, fault, told

FAULTS = [
    pytest.param(
        CITY, "campaign:\n  id: nowhere-2024\n  name: “百日行动”\n  begins: 2024-01-02\n  ends: 2024-04-10\n"
        "  label_days: 100\n  clauses: [S0-01]\n", "", "field_days:",
        "field_days counts within a campaign, and the pack has none: it is never decided. Mend: add `campaign:`.",
        id="unreachable: a rule of a campaign without one",
    ),
    pytest.param(
        CITY, "stages: [*stage_a, *stage_b]", "stages: [*stage_a, {id: b}]", "stages: [*stage_a",
        "stage b never ends: what follows it is never due."
        " Mend: say `ends` with a day or `ends_with` with a milestone.",
        id="unreachable: a stage that never ends",
    ),
    pytest.param(
        CITY, "stages: [*stage_a, *stage_b]", "stages: [*stage_a, {id: c, ends: 2024-05-01}]", "stages: [*stage_a",
        "there is no stage 'c'. Mend: use one of these stages: a, b.",
        id="a stage that is none of the pack's",
    ),
    pytest.param(
        CITY, "    units: [office]\n    when: {kind: milestone", "    when: {kind: milestone", "after_summit:",
        "nobody owes after_summit. Mend: name unit lists under `units`, or a tag under `sites_tagged`.",
        id="unreachable: a duty that nobody owes",
    ),
    pytest.param(
        CITY, "when: {kind: daily, last: 2024-04-10}", "when: {kind: key_period, windows: [[summit_start, summit_end]]}",
        "when: {kind: key_period, windows: [[summit_start, summit_end]]}",
        "commitment is owed by sites and leans on a milestone: sites are told of no milestones."
        " Mend: let units owe it, or name days.",
        id="unreachable: a duty of sites that leans on a milestone",
    ),
    pytest.param(
        CITY, "ends_with: summit_end}\n\nunits", "ends_with: sumit_end}\n\nunits", "ends_with: sumit_end",
        "the anchor 'sumit_end' names no declared milestone: its term would never be armed. Mend: write summit_end.",
        id="an anchor that names no milestone: of a stage (trap T3)",
    ),
    pytest.param(
        CITY, "begins_with: summit_start", "begins_with: opening", "begins_with: opening",
        "the anchor 'opening' names no declared milestone: its term would never be armed. Mend: add opening to"
        " `milestones`, or use one of these milestones: round, standing_meeting, summit_end, summit_start.",
        id="an anchor that names no milestone: of a key period",
    ),
    pytest.param(
        CITY, "milestone: round,", "milestone: rounds,", "milestone: rounds",
        "the anchor 'rounds' names no declared milestone: its term would never be armed. Mend: write round.",
        id="an anchor that names no milestone: of a duty after each round",
    ),
    pytest.param(
        CITY, "windows: [[summit_start, summit_end]]", "windows: [[summit_start, summit_and]]", "summit_and",
        "the anchor 'summit_and' names no declared milestone: its term would never be armed. Mend: write summit_end.",
        id="an anchor that names no milestone: of a window",
    ),
    pytest.param(
        CITY, "until_milestone: standing_meeting", "until_milestone: standing", "until_milestone: standing",
        "the anchor 'standing' names no declared milestone: its term would never be armed. Mend: write standing_meeting.",
        id="an anchor that names no milestone: of a duty after an accident",
    ),
    pytest.param(
        CITY, "    clauses: [S4-02]\n    units: [counties]", "    clauses: [S4-02]\n    units: [county]", "units: [county]",
        "there is no unit list 'county'. Mend: write counties.",
        id="an unknown unit list of a duty",
    ),
    pytest.param(
        CITY, "    teams: teams\n    days: 8", "    teams: team\n    days: 8", "field_days:",
        "there is no unit list 'team'. Mend: write teams.",
        id="an unknown unit list of a rule",
    ),
    pytest.param(
        CITY, "sectors: {sectors: [消防]", "sectors: {sectors: [渔业]", "sectors: {sectors",
        "there is no sector '渔业'. Mend: use one of these sectors: 危险化学品, 消防.",
        id="an unknown sector of a rule",
    ),
    pytest.param(
        CITY, "sites_in: [危险化学品]", "sites_in: [危险化学]", "sites_in",
        "there is no sector '危险化学'. Mend: write 危险化学品.",
        id="an unknown sector of a duty",
    ),
    pytest.param(
        CITY, "period: spring_festival", "period: new_year", "period: new_year",
        "there is no key period 'new_year'. Mend: use one of these key periods: spring_festival, summit.",
        id="an unknown key period",
    ),
    pytest.param(
        CITY, "{period: spring_festival, every", "{period: summit, every", "{period: summit, every",
        "the key period summit has no days of its own: no interval is counted in it. Mend: give it `first` and `last`.",
        id="unreachable: an interval in a key period without days",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_a_name_that_leads_nowhere_is_refused(
    tmp_path: Path, file: str, old: str, new: str, at: str, said: str
) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)
