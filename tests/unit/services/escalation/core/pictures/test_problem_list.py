"""The problem list shows four steps for each entry, each by its first moment since the listing (S2-27)."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from contracts.decisions import Decision
from services.escalation.core.pictures.problem_list import Entry, entry, in_order
from tests.unit.services.escalation.drawn import states, told
from tests.unit.services.escalation.stories import fact, law_of, moment, report, run

LAW = law_of("wenling-2023")
LISTED = "08-25"
STORY = (
    report("05-23 09:00", "P-1", level="major", rectify_by=None),
    fact("hazard.closed", "05-25 09:00", hazard_id="P-1"),
    report("05-26 09:00", "P-2", level="major", rectify_by=None),
)


def listed() -> Decision:
    """The decision that puts P-2 on the list, ninety days after it came back."""
    (record,) = (one for one in run(*STORY, until="09-01") if one.rule == "problem_list")
    return record


def inspected(when: str, kind: str = "supervisory") -> Any:
    """A visit to the site."""
    return fact(
        "inspection.completed",
        when,
        id_=f"visit/{when}/{kind}",
        inspection_id=f"I/{when}",
        kind=kind,
        site_id="S-1",
        found=0,
    )


def shown(*facts: Any) -> Entry:
    """The entry after these facts."""
    cases = told(LAW, *STORY, *facts, until="09-30")
    (site,) = [state for case, state in states(LAW, cases, "site") if case.key.id == "S-1"]
    leagues = [state for _, state in states(LAW, cases, "league")]
    return entry(listed(), moment(LISTED), (), site, leagues)


def test_it_comes_onto_the_list_with_what_an_official_calls_it_by() -> None:
    """S2-27: the hazard, its site, and since when."""
    found = shown()

    assert (found.hazard_id, found.site_name, found.description, found.is_open) == (
        "P-2",
        "示范机械厂",
        "疏散通道被货物堵塞",
        True,
    )
    assert found.listed_at == moment(LISTED)
    assert found.steps == (None, moment(LISTED), None, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            [inspected("08-28 10:00"), inspected("08-30 10:00")], "08-28 10:00", id="the first since the listing"
        ),
        pytest.param([inspected("06-28 10:00")], None, id="one before it is no answer to it"),
        pytest.param([inspected("08-28 10:00", "self_check")], None, id="the enterprise's own look supervises nothing"),
    ],
)
def test_when_it_was_supervised(facts: list[Any], expected: str | None) -> None:
    """S2-27: 督查督导."""
    assert shown(*facts).supervised_at == (moment(expected) if expected else None)


def test_when_it_was_assessed() -> None:
    """S2-27: 考核晾晒 is the table that a named person published after the listing."""
    tables = [
        fact("league.published", when, tenant="331081", id_=f"league/{period}", period=period, rows=[])
        for period, when in (("2023-07", "08-05 10:00"), ("2023-08", "09-05 10:00"))
    ]

    assert shown(*tables).assessed_at == moment("09-05 10:00")


def test_what_has_come_least_far_stands_first() -> None:
    """And what left the list last."""
    base = shown()
    further = msgspec.structs.replace(
        base, hazard_id="P-3", supervised_at=datetime.fromisoformat("2023-09-01T00:00:00+08:00")
    )
    ended = msgspec.structs.replace(base, hazard_id="P-4", is_open=False)

    assert [one.hazard_id for one in in_order([ended, further, base])] == ["P-2", "P-3", "P-4"]
