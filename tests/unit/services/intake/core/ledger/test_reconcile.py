"""What has to be sent so that the log says of a row what the row says now, and nothing more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.core.ledger.reconcile import MAX_ID, VOIDED, Act, Known, Said, Sending, reconcile
from services.intake.core.ledger.rows import Statement

NOON = datetime(2023, 5, 9, 12, tzinfo=UTC)


def said(kind: str = "hazard.reported", text: str = "a", hours: int = 0, *, repeats: bool = False) -> Said:
    time = NOON + timedelta(hours=hours)
    statement = Statement(
        kind=f"{kind}@{time.isoformat()}" if repeats else kind,
        type=f"{kind}.v1",
        time=time,
        tenant="331081",
        data={"text": text},
        repeats=repeats,
        flags=(),
    )
    return Said(statement=statement, digest=f"{text}{hours}".encode())


def apply(known: dict[str, Known], sendings: list[Sending]) -> dict[str, Known]:
    return known | {sending.kind: sending.after for sending in sendings}


def acts(sendings: list[Sending]) -> list[Act]:
    return [sending.act for sending in sendings]


def test_a_new_row_is_told_once() -> None:
    """The second time there is nothing to say."""
    first = list(reconcile("s", "1", [said()], {}))

    assert acts(first) == [Act.NEW]
    assert first[0].correction is None
    assert list(reconcile("s", "1", [said()], apply({}, first))) == []


def test_a_change_corrects_the_first_event_of_the_chain() -> None:
    """A correction of a correction names the event at the bottom."""
    known: dict[str, Known] = {}
    sent: list[Sending] = []
    for text in ("a", "b", "c", "a"):
        step = list(reconcile("s", "1", [said(text=text)], known))
        known = apply(known, step)
        sent += step

    assert acts(sent) == [Act.NEW, Act.CORRECTED, Act.CORRECTED, Act.CORRECTED]
    assert {sending.correction for sending in sent[1:]} == {sent[0].event_id}
    assert len({sending.event_id for sending in sent}) == 4


def test_another_time_or_tenant_voids_and_tells_anew() -> None:
    """A correction would keep both."""
    known = apply({}, list(reconcile("s", "1", [said()], {})))

    step = list(reconcile("s", "1", [said(hours=1)], known))

    assert acts(step) == [Act.VOIDED, Act.NEW]
    assert (step[0].correction, step[0].data, step[0].time) == (known["hazard.reported"].event_id, {}, NOON)
    assert apply(known, step)["hazard.reported"].digest != VOIDED


def test_what_is_unsaid_is_voided_unless_it_stands() -> None:
    """The mapping says when a row has only moved on."""
    both = [said(), said("hazard.rectified")]
    known = apply({}, list(reconcile("s", "1", both, {})))

    assert list(reconcile("s", "1", [said()], known, {"hazard.rectified"})) == []
    assert acts(list(reconcile("s", "1", [said()], known))) == [Act.VOIDED]


def test_what_repeats_is_history() -> None:
    """A later re-inspection leaves the earlier one standing; the same one with another result is corrected."""
    known = apply({}, list(reconcile("s", "1", [said("hazard.reinspected", repeats=True)], {})))

    later = list(reconcile("s", "1", [said("hazard.reinspected", hours=5, repeats=True)], known))
    other = list(reconcile("s", "1", [said("hazard.reinspected", "b", repeats=True)], known))

    assert acts(later) == [Act.NEW]
    assert acts(other) == [Act.CORRECTED]


def test_an_id_is_readable_where_it_fits() -> None:
    """It names kind and row; a very long key is hashed."""
    (short,) = reconcile("s", "117", [said()], {})
    (long,) = reconcile("s", "x" * 300, [said()], {})

    assert short.event_id.startswith("hazard.reported/117/")
    assert len(long.event_id) <= MAX_ID


ROWS = st.lists(
    st.tuples(st.sampled_from(["hazard.reported", "hazard.rectified"]), st.sampled_from("ab"), st.integers(0, 1)),
    max_size=2,
    unique_by=lambda one: one[0],
)


@given(st.lists(ROWS, max_size=6))
def test_whatever_a_row_says_in_turn_the_log_follows(versions: list[list[tuple[str, str, int]]]) -> None:
    """After each export the events that are not voided are what the row says; no id is ever used twice."""
    known: dict[str, Known] = {}
    log: dict[str, tuple[str, datetime, dict[str, str]]] = {}
    ids: list[str] = []
    for version in versions:
        now = [said(*one) for one in version]
        sendings = list(reconcile("s", "1", now, known))
        known = apply(known, sendings)
        for sending in sendings:
            ids.append(sending.event_id)
            if sending.correction is None:
                log[sending.event_id] = (sending.kind, sending.time, dict(sending.data))
            else:
                kind, time, _ = log[sending.correction]
                log[sending.correction] = (kind, time, dict(sending.data))
        standing = sorted((kind, time, data["text"]) for kind, time, data in log.values() if data)

        assert standing == sorted((one.statement.kind, one.statement.time, one.statement.data["text"]) for one in now)
        assert list(reconcile("s", "1", now, known)) == []
    assert len(ids) == len(set(ids))
