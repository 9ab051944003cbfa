"""An inspection that found something wants an enforcement document: 凡检查必执法 (S3-09)."""

import pytest

from contracts.facts import Fact
from tests.unit.services.escalation.accidents import decide, enforced, told
from tests.unit.services.escalation.stories import fact, report

RULE = "enforcement_missing"
TENANT = "371083"
MISSING = f"{RULE} S-1 alert raised 2021-06-09 00:00"


def inspected(when: str = "2021-06-01 09:00", inspection_id: str = "I-1", **data: object) -> Fact:
    words = {"inspection_id": inspection_id, "kind": "special", "site_id": "S-1", "found": 2} | data
    return fact("inspection.completed", when, tenant=TENANT, id_=inspection_id, **words)


def found(inspection_id: str, hazard_id: str = "H-1") -> Fact:
    return report("2021-06-01 09:00", hazard_id, tenant=TENANT, inspection_id=inspection_id)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([inspected()], [MISSING], id="no document in seven days"),
        pytest.param([inspected(found=2.0)], [MISSING], id="a count written as 2.0"),
        pytest.param([inspected(found=0)], [], id="nothing was found"),
        pytest.param([inspected(found=0), found("I-1")], [MISSING], id="a hazard names it although it counted none"),
        pytest.param([found("I-1")], [], id="an inspection that nobody told of"),
        pytest.param([inspected(documents=["（2021）1号"])], [], id="it names its document itself"),
        pytest.param([inspected(documents=[])], [MISSING], id="an empty list of documents is none"),
        pytest.param([inspected(), enforced("2021-06-08 23:59")], [], id="a document on the last day"),
        pytest.param([inspected(), enforced("2021-06-01 08:00")], [], id="a document of the same morning"),
        pytest.param([inspected(), enforced("2021-05-31 18:00")], [MISSING], id="a document of the day before"),
        pytest.param(
            [inspected(), enforced("2021-06-20 09:00")],
            [MISSING, f"{RULE} S-1 alert cleared 2021-06-20 09:00"],
            id="a late one clears it",
        ),
        pytest.param([inspected(), enforced("2021-06-02", site_id="S-2")], [MISSING], id="another site's document"),
        pytest.param(
            [inspected(), found("I-2", "H-2"), enforced("2021-06-02", hazard_ids=["H-2"])],
            [MISSING],
            id="a document about what another inspection found",
        ),
        pytest.param(
            [inspected(), found("I-1", "H-2"), enforced("2021-06-02", hazard_ids=["H-2"])],
            [],
            id="a document about what this one found",
        ),
        pytest.param([inspected(kind="self_check")], [], id="an enterprise's own check enforces nothing"),
        pytest.param([inspected("2021-04-01 09:00")], [], id="its term was over before the notice"),
    ],
)
def test_an_inspection_that_found_something_wants_a_document(facts: list[Fact], expected: list[str]) -> None:
    """Seven days after the inspection, until a document comes; the subject is the site."""
    assert told(decide(*facts, until="2021-07-15"), RULE) == expected


def test_two_inspections_are_two_records() -> None:
    """Each stands by itself; a document that names no hazard serves every inspection before it."""
    both = [inspected(), inspected("2021-06-10 09:00", "I-2")]

    assert told(decide(*both, enforced("2021-06-12"), until="2021-07-15"), RULE) == [
        MISSING,
        f"{RULE} S-1 alert cleared 2021-06-12 00:00",
    ]


def test_the_reason_can_be_read_out() -> None:
    """The sentence names the day, the site, the inspection and what it found."""
    record = next(one for one in decide(inspected(), found("I-1"), until="2021-07-01") if one.rule == RULE)

    assert record.reason == (
        "2021年6月1日对示范机械厂的检查（I-1）发现隐患2处，至2021年6月8日仍无执法文书，不符合“凡检查必执法”的要求。"
    )
    assert (record.subject.kind, record.tenant, record.level) == ("site", TENANT, "city")
