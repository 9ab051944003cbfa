"""Refused rectification leads to a proposed suspension, which only a person confirms (S2-23)."""

from tests.unit.services.escalation.stories import fact, report, run, said

REFUSED = fact("hazard.rectification_refused", "05-12 09:30", hazard_id="H-1", reason="拒绝停机")


def test_a_refusal_proposes_suspension_at_once() -> None:
    """The proposal falls at the instant of the refusal."""
    assert said(run(report("05-08"), REFUSED, until="05-13"), "refusal") == ["refusal proposed 05-12 09:30"]


def test_a_refusal_that_gives_way_is_cleared() -> None:
    """Rectified after all: the proposal is cleared, not retracted."""
    after_all = fact("hazard.rectified", "05-14", hazard_id="H-1", by="示范机械厂")

    assert said(run(report("05-08"), REFUSED, after_all, until="05-15"), "refusal")[1:] == [
        "refusal cleared 05-14 00:00"
    ]


def test_the_reason_names_the_refusal() -> None:
    """An official can read out who refused what, and why."""
    proposal = next(record for record in run(report("05-08"), REFUSED, until="05-13") if record.rule == "refusal")

    assert "拒不配合整改（拒绝停机），建议依法责令停产停业" in proposal.reason


def test_a_reopened_hazard_does_not_bring_an_old_refusal_back() -> None:
    """The refusal ended with the rectification that followed it; a failed re-inspection is no new refusal."""
    after_all = fact("hazard.rectified", "05-14", hazard_id="H-1", by="示范机械厂")
    failed = fact("hazard.reinspected", "05-16", hazard_id="H-1", passed=False)

    assert len(said(run(report("05-08"), REFUSED, after_all, failed, until="05-17"), "refusal")) == 2
