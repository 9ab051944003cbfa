"""Whatever single thing is done to a chain of any length, it is found at its place."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.access.chain import Anchor, Entry, Fault, Head, Kind, faults, first_of, hash_of

BEGAN = datetime(2023, 5, 1, tzinfo=UTC)
ME = "331081"
lengths = st.integers(2, 30)


def chain(length: int, act: str = "x", after: Sequence[Entry] = ()) -> list[Entry]:
    """A chain that goes on from `after`."""
    made = list(after)
    while len(made) < length:
        last = made[-1].hash if made else first_of(ME)
        at = BEGAN + timedelta(seconds=len(made))
        bare = Entry(ME, len(made) + 1, at, "li", act, "1", "", "330000", "331000", ME, last, b"")
        made.append(bare._replace(hash=hash_of(bare)))
    return made


def head_of(entries: Sequence[Entry]) -> dict[str, Head]:
    return {ME: Head(entries[-1].seq, entries[-1].hash)}


@settings(deadline=None)
@given(lengths)
def test_a_whole_chain_has_no_fault(length: int) -> None:
    """With every anchor that was ever taken."""
    entries = chain(length)
    anchors = [Anchor(BEGAN, head_of(entries[: n + 1])) for n in range(length)]

    assert list(faults(entries, head_of(entries), anchors)) == []


@settings(deadline=None)
@given(lengths, st.data())
def test_a_changed_field_is_found_at_its_place(length: int, data: st.DataObject) -> None:
    """Whichever field of whichever entry."""
    entries = chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["actor", "act", "object", "detail", "province", "city", "county"]))
    harmed = [*entries[:at], entries[at]._replace(**{field: "other"}), *entries[at + 1 :]]

    assert list(faults(harmed, head_of(entries))) == [Fault(ME, at + 1, at + 1, Kind.CHANGED)]


@settings(deadline=None)
@given(lengths, st.data())
def test_a_gap_and_a_cut_are_found_at_their_place(length: int, data: st.DataObject) -> None:
    """Any run of entries removed."""
    entries = chain(length)
    first = data.draw(st.integers(1, length))
    last = data.draw(st.integers(first, length))
    left = [entry for entry in entries if not first <= entry.seq <= last]
    kind = Kind.CUT if last == length else Kind.MISSING

    assert list(faults(left, head_of(entries))) == [Fault(ME, first, last, kind)]


@settings(deadline=None)
@given(lengths, st.data())
def test_a_chain_written_anew_is_found_from_the_last_anchor_that_fits(length: int, data: st.DataObject) -> None:
    """The span in which it deviates is as narrow as the anchors are dense."""
    entries = chain(length)
    kept = data.draw(st.integers(0, length - 1))
    forged = chain(length, "forged", entries[:kept])
    anchors = [Anchor(BEGAN, head_of(entries[: n + 1])) for n in range(length)]

    assert list(faults(forged, head_of(forged))) == []
    assert list(faults(forged, head_of(forged), anchors)) == [Fault(ME, kept + 1, length, Kind.REWRITTEN)]


def test_a_cut_behind_an_anchor_is_found_and_a_restore_explains_it() -> None:
    """A copy taken before the anchor and read back after it; another moment explains nothing."""
    entries = chain(9)
    anchor = Anchor(BEGAN + timedelta(hours=2), head_of(entries))
    restored = Entry("*", 1, BEGAN + timedelta(hours=3), "root", "restored", "", "", "", "", "", first_of("*"), b"")

    def told(taken: str) -> list[Fault]:
        said = restored._replace(object=taken)
        said = said._replace(hash=hash_of(said))
        heads = {"*": Head(1, said.hash), **head_of(entries[:5])}
        return list(faults([said, *entries[:5]], heads, [anchor]))

    assert told("2023-05-01T01:00:00+00:00") == [Fault(ME, 6, 9, Kind.RESTORED)]
    assert told("2023-05-01T02:30:00+00:00") == [Fault(ME, 6, 9, Kind.CUT)]
    assert told("no moment") == [Fault(ME, 6, 9, Kind.CUT)]


def test_a_fault_is_said_with_its_place() -> None:
    """In the words of an auditor."""
    assert str(Fault(ME, 3, 3, Kind.CHANGED)) == "331081 链第 3 条：内容被改动 (changed)"
    assert str(Fault("*", 3, 5, Kind.MISSING)) == "全局 链第 3 至 5 条：缺失 (missing)"
