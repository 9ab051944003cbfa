"""Decisions become notices once, in the transaction that hears of them, whatever is heard again."""

from datetime import date, timedelta

import pytest

from contracts.vocabulary import Measure, Status
from services.notify.core.ledger import Ledger
from services.notify.store import switches
from services.notify.store.planning import load_ledger
from tests.integration.notify_notices.office import NO, YES, Office, back
from tests.unit.services.notify.given import DUE, NOW, decision, later, planned, situation


def rung(n: int, **changes: object) -> dict[str, object]:
    return {"decision_id": f"rung-{n}", "step": f"T+{n}", "at": DUE + timedelta(days=n)} | changes


def test_a_decision_is_kept_as_the_core_planned_it(office: Office) -> None:
    """Every field of every notice comes back from the database."""
    told = decision(measure=Measure.INSTANT_REPORT)

    office.hear(told)

    with office.database.begin() as work:
        kept = load_ledger(work, [told]).notices
    assert sorted(kept, key=lambda n: n.id) == sorted(planned(told, situation(tree=office.tree)), key=lambda n: n.id)


def test_where_a_notice_belongs_is_kept_by_column(office: Office) -> None:
    """Province, city and county come from the code table."""
    office.hear(decision())

    assert office.sql("SELECT province, city, county, tenant FROM notice") == [
        ("330000", "331000", "331081", "331081001")
    ]


def test_every_new_state_is_announced(office: Office) -> None:
    """Readers of notice.facts see the notice as soon as it exists, without a name or an address."""
    (notice,) = office.hear(decision())

    (said,) = office.announced()
    assert (said["notice_id"], said["state"], said["recipient"]) == (notice.id, "created", "office@331081001")
    assert "example.cn" not in str(said)


def test_hearing_again_changes_nothing(office: Office) -> None:
    """A replay of the log, after the notice was sent too, makes no second notice and announces nothing."""
    records = [decision(), decision(status=Status.RETRACTED, known_at=later(hours=1))]
    office.hear(records[0])
    (departure,) = office.email.take(5)
    office.email.keep([back(departure)])
    office.hear(records[1])
    before = (office.sql("SELECT * FROM notice ORDER BY id"), office.announced())

    changed = office.hear(*records)

    assert changed == []
    assert before == (office.sql("SELECT * FROM notice ORDER BY id"), office.announced())


def test_one_batch_or_many_give_the_same(office: Office) -> None:
    """How the log is cut into batches does not matter."""
    records = [
        decision(**rung(1)),
        decision(**rung(3)),
        decision(**rung(3, status=Status.RETRACTED)),
        decision(decision_id="d-2", subject=decision().subject.__class__(kind=decision().subject.kind, id="H-2")),
    ]
    reference = Ledger()
    for record in records:
        reference.hear(record, situation(tree=office.tree))

    for record in records:
        office.hear(record)

    expected = {(n.decision_id, n.status): n.suppression or n.state for n in reference.notices}
    assert office.states() == expected


def test_a_higher_rung_takes_along_what_waits_in_the_table(office: Office) -> None:
    """The lower rung was heard in an earlier batch."""
    office.hear(decision(**rung(1)))

    office.hear(decision(**rung(3)))

    assert office.states() == {("rung-1", "raised"): "folded", ("rung-3", "raised"): "created"}


def test_an_end_reaches_who_heard_the_beginning(office: Office) -> None:
    """Delivered, then retracted: the retraction is sent. Failed for good, then retracted: nobody hears."""
    office.told(YES)
    office.told(NO, decision_id="d-2", occurrence="1")

    office.hear(decision(status=Status.RETRACTED), decision(decision_id="d-2", occurrence="1", status=Status.RETRACTED))
    leaving = office.email.take(5)

    assert [d.message.document["decision_id"] for d in leaving] == ["d-1"]
    assert office.states()["d-2", "retracted"] == "moot"


def test_historic_decisions_stay_in_the_list(office: Office) -> None:
    """An operator sees that nobody was told, and why."""
    office.hear(decision(historic=True))

    assert office.states() == {("d-1", "raised"): "historic"}
    assert office.email.take(5) == []


def test_settings_are_heeded_from_the_next_batch_on(office: Office) -> None:
    """A tenant that goes into shadow between two batches is told nothing more."""
    office.hear(decision())
    with office.database.begin() as work:
        switches.put_tenant_rule(
            work, "331081", go_live=date(2020, 1, 1), shadow=True, author="甲", reason="试运行", now=NOW
        )

    office.hear(decision(decision_id="d-2", occurrence="1"))

    assert office.states() == {("d-1", "raised"): "created", ("d-2", "raised"): "shadow"}


@pytest.mark.parametrize("count", [2000])
def test_a_large_batch_is_one_transaction(office: Office, count: int) -> None:
    """A batch of full size is planned and kept whole."""
    records = [decision(decision_id=f"d-{n}", occurrence=str(n)) for n in range(count)]

    changed = office.hear(*records)

    assert (len(changed), office.sql("SELECT count(*) FROM notice")) == (count, [(count,)])
