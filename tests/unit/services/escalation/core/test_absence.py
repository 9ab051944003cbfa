"""A written report is a signed and sealed file (S4-22): asked for beside the report, or needed for it to count."""

import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from policies import files
from services.escalation.core.policy import parse_pack
from tests.unit.services.escalation.accidents import LISHUI, decide, told, under
from tests.unit.services.escalation.stories import fact, law_with

COUNTY, STAGE = "331102", "stage:2a"
FILE = "5" * 64
SUBJECT = f"stage_report/{COUNTY}/{STAGE}"


def reported(when: str, *, file: str = "", known: str | None = None) -> Fact:
    """The county hands in its report of the first stage, with the hash of the signed file or without."""
    words = {"obligation": "stage_report", "unit": COUNTY, "period": STAGE} | ({"file_sha256": file} if file else {})
    return fact("obligation.fulfilled", when, known=known, tenant=COUNTY, id_=f"{when}/{file[:3]}", **words)


def lines(records: list[Decision]) -> list[str]:
    """What was decided about the county's report of the first stage."""
    return [line for line in told(records, "stage_report", "periodic_report") if f" {SUBJECT} " in line]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([reported("2016-06-02", file=FILE)], [], id="in time, with its file"),
        pytest.param(
            [reported("2016-06-02")],
            [f"periodic_report {SUBJECT} remind raised 2016-06-04 00:00"],
            id="in time, its file is asked for when the term is over",
        ),
        pytest.param([reported("2016-06-02"), reported("2016-06-03", file=FILE)], [], id="the file comes in the term"),
        pytest.param(
            [reported("2016-06-02"), reported("2016-06-10", file=FILE)],
            [
                f"periodic_report {SUBJECT} remind raised 2016-06-04 00:00",
                f"periodic_report {SUBJECT} remind cleared 2016-06-10 00:00",
            ],
            id="the file comes later",
        ),
        pytest.param(
            [reported("2016-06-08")],
            [
                f"stage_report {SUBJECT} missing_report raised 2016-06-04 00:00",
                f"stage_report {SUBJECT} missing_report cleared 2016-06-08 00:00",
                f"periodic_report {SUBJECT} remind raised 2016-06-08 00:00",
            ],
            id="late and without its file: both are on record",
        ),
        pytest.param(
            [reported("2016-06-08", file=FILE)],
            [
                f"stage_report {SUBJECT} missing_report raised 2016-06-04 00:00",
                f"stage_report {SUBJECT} missing_report cleared 2016-06-08 00:00",
            ],
            id="late, with its file",
        ),
    ],
)
def test_the_signed_file_is_asked_for(facts: list[Fact], expected: list[str]) -> None:
    """S4-22: a sender that knows no files clears its duty as ever, and the paper stays open until it comes."""
    assert lines(decide(*facts, until="2016-07-01", packs=LISHUI)) == expected


def test_the_sentence_says_what_is_missing() -> None:
    """One that an office can read out to the county."""
    (record,) = [
        one
        for one in decide(reported("2016-06-02"), until="2016-07-01", packs=LISHUI)
        if (one.subject.id, one.measure) == (SUBJECT, "remind") and one.step == "written"
    ]

    assert record.reason == (
        "莲都区的企业隐患自查自纠情况和安全生产执法检查情况书面报送（全面排查阶段）已报，但未附签字盖章的书面件，请补报。"
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([reported("2016-06-02", file=FILE)], [], id="with its file"),
        pytest.param(
            [reported("2016-06-02")],
            [f"stage_report {SUBJECT} missing_report raised 2016-06-04 00:00"],
            id="without it nothing came",
        ),
        pytest.param(
            [reported("2016-06-02"), reported("2016-06-10", file=FILE)],
            [
                f"stage_report {SUBJECT} missing_report raised 2016-06-04 00:00",
                f"stage_report {SUBJECT} missing_report cleared 2016-06-10 00:00",
            ],
            id="the file clears it",
        ),
    ],
)
def test_where_the_file_is_needed_a_report_without_it_did_not_come(facts: list[Fact], expected: list[str]) -> None:
    """S4-22: a city's own pack may say so."""
    raw = files.read(files.folder() / "lishui-2016.yaml")
    raw["obligations"]["stage_report"]["written"] = "needed"

    assert lines(under(law_with(parse_pack(raw)), *facts, until="2016-07-01")) == expected
