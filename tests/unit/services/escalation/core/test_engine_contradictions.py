"""Events that contradict one another: each ends as an official expects, and its docstring says how."""

import pytest

from contracts.decisions import Decision
from contracts.facts import Fact
from tests.unit.services.escalation.accidents import accident, decide, told
from tests.unit.services.escalation.stories import fact, moment, report, run, said, settle

DUE = "05-20"


def later(
    kind: str, when: str, *, known: str | None = None, tenant: str = "331081003", id_: str = "", **words: object
) -> Fact:
    """A word about H-1 after its report."""
    return fact(f"hazard.{kind}", when, known=known, tenant=tenant, id_=id_, hazard_id="H-1", **words)


def ladder(*facts: Fact, until: str = "06-30") -> list[str]:
    """What the ladder says of H-1, due on 20 May."""
    return said(run(*facts, until=until), "overdue")


FOUND = report("05-08 09:00")
CLOSED = later("closed", "05-19 10:00", id_="closed")
AGAIN = later("closed", "05-25 10:00", id_="closed-again")


def test_closed_twice_the_first_close_out_counts() -> None:
    """Two systems close the hazard, the second five days after the deadline.

    It was closed out in time and stays so: the second word accuses nobody of lateness, opens nothing and ends nothing.
    """
    assert ladder(FOUND, CLOSED, AGAIN) == ladder(FOUND, CLOSED) == []
    assert settle([AGAIN, FOUND, CLOSED], moment("06-30")) == settle([FOUND, CLOSED, AGAIN], moment("06-30"))


def test_closed_twice_the_earlier_one_known_late() -> None:
    """The close-out of 25 May is known first, that of 19 May only in June.

    What was told on the 21st is taken back, not merely ended: it was closed in time all along. That the proof came late
    is told to the supervising unit, for a date that was written back afterwards is to be seen.
    """
    late = later("closed", "05-19 10:00", known="06-05 09:00", id_="closed")

    records = run(FOUND, AGAIN, late, until="06-30")

    assert said(records, "overdue")[0].startswith("overdue first raised 05-21")
    assert any(line.startswith("overdue first retracted") for line in said(records, "overdue"))
    assert len([one for one in records if one.rule == "late_evidence"]) >= 1


@pytest.mark.parametrize("until", ["2023-06-20", "2023-05-19"])
def test_an_extension_after_the_close_out_moves_nothing(until: str) -> None:
    """Somebody signs an extension of a hazard that is closed already, to a later or to an earlier day.

    There is no work left whose deadline could move: no reminder, no lateness, and the close-out stands.
    """
    extension = later(
        "extension_decided", "05-22 09:00", granted=True, until=until, approver="u1", reason="设备", document_no="9"
    )

    assert said(run(FOUND, CLOSED, extension, until="07-30"), "overdue", "due_soon") == said(
        run(FOUND, CLOSED, until="07-30"), "overdue", "due_soon"
    )


def test_an_accident_with_fewer_deaths_later() -> None:
    """Three deaths are reported, later it turns out that one of them was missing and lives: two.

    The later word replaces the first whole. Two deaths are an ordinary accident (order 493: 3 人以上 is 较大), so the
    proposal of a talk is taken back; nothing is deleted, and when a third dies after all it is proposed again.
    """
    three = accident("2021-06-04 08:00", "A-1", deaths=3, id_="three")
    two = accident("2021-06-04 08:00", "A-1", known="2021-06-10", deaths=2, id_="two")
    third = accident("2021-06-04 08:00", "A-1", known="2021-06-20", deaths=3, id_="third")

    def talks(*facts: Fact) -> list[str]:
        return [line.split()[3] for line in told(decide(*facts, until="2021-07-30"), "talk_serious_accident")]

    assert talks(three) == ["proposed"]
    assert talks(three, two) == ["proposed", "retracted"]
    assert talks(three, two, third) == ["proposed", "retracted", "proposed"]


def test_fewer_deaths_after_a_person_confirmed_the_talk() -> None:
    """The talk was confirmed by a named person before the number fell.

    The machine takes back nothing that a person has signed: it asks whether the talk still stands.
    """
    three = accident("2021-06-04 08:00", "A-1", deaths=3, id_="three")
    (talk,) = {one.decision_id for one in decide(three, until="2021-06-05") if one.rule == "talk_serious_accident"}
    word = fact("proposal.decided", "2021-06-06", tenant="371000", decision_id=talk, verdict="confirmed", by="u1",
                reason="经研究", document_no="1")  # fmt: skip
    two = accident("2021-06-04 08:00", "A-1", known="2021-06-10", deaths=2, id_="two")

    records = [one for one in decide(three, word, two, until="2021-07-30") if one.decision_id == talk]

    assert [one.status for one in records] == ["proposed", "confirmed", "questioned"]


def test_a_site_moves_with_its_open_cases() -> None:
    """泽国镇 hands a site over to 大溪镇 while a hazard there is open.

    The open hazard goes with the site: whoever has it now is reminded and answers for its lateness. What was decided
    before keeps the tenant of its day.
    """
    moved = fact(
        "site.transferred",
        "05-15 09:00",
        tenant="331081",
        site_id="S-1",
        from_tenant="331081003",
        to_tenant="331081006",
    )
    records = [one for one in run(FOUND, moved, until="06-30") if one.subject.id == "H-1"]

    before, after = (
        {one.tenant for one in records if (one.known_at < moment("05-15 09:00")) is early} for early in (True, False)
    )
    assert after == {"331081006"}
    assert before <= {"331081003"}


def test_another_countys_key_closes_nothing() -> None:
    """玉环 sends a close-out of a hazard of 泽国镇 under the same id: it has no say in it.

    The hazard stays open and is late on 21 May; the engine sets the word aside (live it is parked as no such hazard),
    and the town's own close-out later ends it.
    """
    foreign = later("closed", "05-19 10:00", tenant="331083", id_="foreign")
    own = later("closed", "05-22 10:00", id_="own")

    assert ladder(FOUND, foreign, own)[:2] == ["overdue first raised 05-21 00:00", "overdue first cleared 05-22 10:00"]


def proposals(*facts: Fact) -> list[Decision]:
    return [one for one in run(*facts, until="06-30") if one.rule == "major_hazard"]


def test_regraded_down_and_up() -> None:
    """A major hazard is regraded to general on the 12th and to major again on the 15th.

    Being major proposes that it is listed; that proposal ends when it is general, and comes again as a second one when
    it is major again: nobody lists on a grade that no longer holds, and nobody forgets the second time.
    """
    found = report("05-08 09:00", level="major")
    down = later("regraded", "05-12 09:00", level="general", reason="专家复核", id_="down")
    up = later("regraded", "05-15 09:00", level="major", reason="再次复核", id_="up")

    assert [one.status for one in proposals(found)] == ["proposed"]
    assert [one.status for one in proposals(found, down)] == ["proposed", "cleared"]
    told_ = proposals(found, down, up)
    assert [one.status for one in told_] == ["proposed", "cleared", "proposed"]
    assert told_[0].decision_id != told_[-1].decision_id


def test_regraded_up_before_the_report_is_known() -> None:
    """The regrading arrives before the report it is about: it waits, and counts once the report is there."""
    up = later("regraded", "05-09 09:00", level="major", reason="复核", id_="up")
    late = report("05-08 09:00", known="05-11 09:00")

    assert [one.status for one in proposals(up, late)] == ["proposed"]
