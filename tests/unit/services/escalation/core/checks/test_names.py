"""Names that stand for two things, and codes that lie elsewhere."""

from pathlib import Path

import pytest

from tests.unit.services.escalation.broken_packs import CITY, fault, told

FAULTS = [
    pytest.param(
        CITY, "milestones: [summit_start,", "milestones: [round, summit_start,", "milestones:",
        "'round' stands twice among the milestones. Mend: give each an id of its own.",
        id="a milestone twice",
    ),
    pytest.param(
        CITY, "&stage_b {id: b", "&stage_b {id: a", "&stage_b",
        "'a' stands twice among the stages. Mend: give each an id of its own.",
        id="a stage twice",
    ),
    pytest.param(
        CITY, "id: chemical, title", "id: crowded, title", "title: 危化品企业",
        "'crowded' stands twice among the sorts of sites. Mend: give each an id of its own.",
        id="a sort of sites twice",
    ),
    pytest.param(
        CITY, "due: 2024-04-10}", "due: 2024-04-10}\n      - {id: major, title: 再看, clauses: [S4-11], begins: 2024-04-01, due: 2024-04-09}",
        "title: 再看",
        "'major' stands twice among the tasks. Mend: give each an id of its own.",
        id="a task twice",
    ),
    pytest.param(
        CITY, '{id: "990103", name: 西县, also: [西]}', '{id: "990103", name: 西县, also: [东区]}', "also: [东区]",
        "'东区' means both '990102' and '990103' in units.counties. Mend: let one spelling mean one thing.",
        id="one spelling of two units",
    ),
    pytest.param(
        CITY, "{id: team-2, name", "{id: team-1, name", "name: 第二组",
        "'team-1' means both 'team-1' and 'team-1' in units.teams. Mend: let one spelling mean one thing.",
        id="one id of two units",
    ),
    pytest.param(
        CITY, "also: [危化品]", "also: [消防安全]", "name: 危险化学品",
        "'消防安全' means both '消防' and '危险化学品' in sectors. Mend: let one spelling mean one thing.",
        id="one spelling of two sectors",
    ),
    pytest.param(
        CITY, 'tenants: ["990100"]', 'tenants: ["330100"]', "tenants:",
        "the tenant 330100 does not lie below the root 990100. Mend: name 990100 or a code below it.",
        id="a tenant of somebody else",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "said"), FAULTS)
def test_a_name_for_two_things_is_refused(tmp_path: Path, file: str, old: str, new: str, at: str, said: str) -> None:
    """With file, line, the fault and how to mend it."""
    assert fault(file, old, new, at, said) in told(tmp_path, file, old, new)
