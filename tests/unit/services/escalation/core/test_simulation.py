"""The simulated clock tells what each instant came to, in the order in which things became known."""

from tests.unit.services.escalation.stories import fact, report, run, said

BATCH = "05-25 09:00"  # when the rows of one late batch were recorded


def test_rows_of_one_late_batch_are_known_together() -> None:
    """A finding and its rectification in time, recorded together afterwards, accuse nobody, whatever their order."""
    found = report("05-08", known=BATCH)
    done = fact("hazard.rectified", "05-18", known=BATCH, hazard_id="H-1", by="厂")

    assert said(run(found, done, until="05-26"), "overdue", "late_evidence") == []
    assert said(run(done, found, until="05-26"), "overdue", "late_evidence") == []


def test_what_a_late_batch_leaves_standing_is_told() -> None:
    """Rectified too late is late, also when both rows come together."""
    found = report("05-08", known=BATCH)
    done = fact("hazard.rectified", "05-22", known=BATCH, hazard_id="H-1", by="厂")

    told = [record for record in run(found, done, until="05-26") if record.rule == "overdue"]

    assert {(record.step, f"{record.since:%m-%d}") for record in told} == {("first", "05-21")}
    assert told[-1].status == "cleared"


def test_what_was_told_before_is_taken_back_in_words() -> None:
    """A retraction is dropped only where nobody has heard of what it takes back."""
    found = report("05-08")
    done = fact("hazard.rectified", "05-18", known=BATCH, hazard_id="H-1", by="厂")
    records = said(run(found, done, until="05-26"), "overdue", "late_evidence")

    assert sorted(records[-3:]) == [
        "late_evidence raised 05-25 09:00",
        "overdue T+3 retracted 05-25 09:00",
        "overdue first retracted 05-25 09:00",
    ]


def test_the_last_instant_is_included() -> None:
    """A deadline that falls on the very end of the simulation is told."""
    assert said(run(report("05-08"), until="05-21"), "overdue") == ["overdue first raised 05-21 00:00"]
