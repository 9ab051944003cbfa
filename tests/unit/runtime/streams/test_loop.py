"""The loop looks after every slot, the quiet ones too, and ends the process rather than read on where it should not."""

import pytest

from runtime.errors import NewerVersion, Unavailable
from runtime.positions import Position, Slot
from runtime.streams.loop import STALL, UPKEEP, misfit
from tests.unit.runtime.streams.scene import SLOTS, Broker, Left, Scene, Store, nothing, played, row


@pytest.mark.parametrize(
    ("position", "log", "topic_id", "expected"),
    [
        pytest.param(row(SLOTS[0], 10), (0, 10), "A", None, id="at the end"),
        pytest.param(row(SLOTS[0], 10), (10, 20), "A", None, id="at the start"),
        pytest.param(row(SLOTS[0], 0, topic_id=None), (0, 0), "A", None, id="never read"),
        pytest.param(row(SLOTS[0], 9), (10, 20), "A", "outside_log", id="below"),
        pytest.param(row(SLOTS[0], 21), (10, 20), "A", "outside_log", id="above"),
        pytest.param(row(SLOTS[0], 15), (10, 20), "B", "recreated_topic", id="another topic of this name"),
        pytest.param(row(SLOTS[0], 15), (10, 20), None, "recreated_topic", id="no such topic"),
        pytest.param(row(SLOTS[0], 15, stopped="fuse: why"), (10, 20), "A", "fuse", id="the fuse blew"),
        pytest.param(row(SLOTS[0], 15, stopped="outside_log: was"), (10, 20), "A", None, id="it fits again"),
    ],
)
def test_which_positions_do_not_fit_the_log(
    position: Position, log: tuple[int, int], topic_id: str | None, expected: str | None
) -> None:
    """Each stop says both numbers; only the fuse outlives what caused it."""
    stop = misfit(position, log, topic_id)

    assert expected == (stop.kind if stop else None)
    if expected == "outside_log":
        assert str(stop) == f"outside_log: position {position.next_offset} is outside the log [10, 20]"


def test_assigned_slots_begin_where_the_database_says_and_new_ones_at_the_start_of_the_log() -> None:
    """What does not fit is held, written down and gauged; the others go on."""
    scene = Scene(Broker(log={SLOTS[0]: (5, 100), SLOTS[1]: (50, 100)}), Store(rows={SLOTS[1]: row(SLOTS[1], 7)}))
    assert not scene.loop.assigned_once
    played(nothing, scene)

    assert (scene.broker.position, scene.broker.held) == ({SLOTS[0]: 5}, {SLOTS[1]: 7})
    assert scene.store.noted == {SLOTS[1]: "outside_log: position 7 is outside the log [50, 100]"}
    assert scene.metrics.value("stopped_slots", reason="outside_log") == 1
    assert scene.metrics.value("owned_slots", topic="facts") == 1
    assert scene.loop.assigned_once


def test_a_fetch_that_does_not_begin_at_the_position_is_read_again() -> None:
    """Counted, gone back for, and applied once."""

    async def script(scene: Scene) -> None:
        await scene.turn(SLOTS[0], 2, [b"{}", b"{}"])
        assert scene.broker.position[SLOTS[0]] == 0
        await scene.turn(SLOTS[0], 0, [b"{}", b"{}", b"{}"])

    scene = played(script)
    assert scene.store.applied == [(SLOTS[0], 0), (SLOTS[0], 1), (SLOTS[0], 2)]
    assert scene.metrics.value("consumer_incidents_total", kind="gap") == 1


def test_how_long_records_wait_is_told_in_seconds() -> None:
    """From the last look at which none waited."""
    seconds = []

    async def script(scene: Scene) -> None:
        for end in (0, 7, 7, 0):
            scene.broker.log[SLOTS[0]] = (0, end)
            await scene.look()
            seconds.append(scene.metrics.value("consumer_lag_seconds", topic="facts"))

    scene = Scene()
    scene.broker.slots = SLOTS[:1]
    played(script, scene)

    assert seconds == [0, UPKEEP, 2 * UPKEEP, 0]


def test_a_quiet_slot_whose_last_fetch_was_lost_is_found() -> None:
    """The broker's side stands further than we do, and nothing comes any more."""

    async def script(scene: Scene) -> None:
        scene.broker.position[SLOTS[1]] = 40
        await scene.look()

    scene = played(script)
    assert scene.broker.position[SLOTS[1]] == 0
    assert scene.metrics.value("consumer_incidents_total", kind="gap") == 1
    assert scene.broker.told == [dict.fromkeys(SLOTS, 0)]


def test_while_the_database_is_away_the_batch_waits_and_nothing_is_fetched_twice() -> None:
    """The pause is what the error asked for; then the same records are applied."""

    async def script(scene: Scene) -> None:
        scene.store.trouble = Unavailable("away", retry_after=0.01)
        await scene.turn(SLOTS[0], 0, [b"{}"])
        assert scene.store.applied == []
        assert scene.broker.position[SLOTS[0]] == 1
        scene.store.trouble = None
        scene.clock.advance(1)
        assert await scene.loop.pause() == 0.0
        await scene.loop.turn(scene.broker, {})
        assert await scene.loop.pause() > 0

    scene = played(script)
    assert scene.store.applied == [(SLOTS[0], 0)]
    assert scene.metrics.value("consumer_incidents_total", kind="unavailable") == 1


def test_a_slot_with_lag_that_does_not_move_ends_the_process() -> None:
    """Unless it is the database that is away: that is no stall of ours."""

    async def script(scene: Scene) -> None:
        scene.store.trouble = Unavailable("away")
        for _ in range(int(STALL / UPKEEP) + 3):
            await scene.turn(SLOTS[0], 0, [b"{}"])
            await scene.look()
        scene.store.trouble = None
        scene.clock.advance(2 * UPKEEP)
        for _ in range(int(STALL / UPKEEP) + 3):
            await scene.look()

    with pytest.raises(Left, match=r"facts\[[01]\] stands at [01] of 100 and did not move for 60 s"):
        played(script)


def test_a_slot_without_lag_may_stand_still_for_ever() -> None:
    """Nothing comes, nothing moves."""

    async def script(scene: Scene) -> None:
        for _ in range(100):
            await scene.look()

    scene = played(script, Scene(Broker(log=dict.fromkeys(SLOTS, (0, 0)))))
    assert len(scene.broker.told) == 100


@pytest.mark.parametrize("present", [{"facts": "B"}, {}], ids=["re-created", "deleted"])
def test_a_topic_that_is_another_one_now_ends_the_process(present: dict[str, str]) -> None:
    """Fetches go by name and would read on in the new log."""

    async def script(scene: Scene) -> None:
        await scene.look()
        scene.broker.ids = present
        await scene.look()

    with pytest.raises(Left, match="topic facts had the id A and has"):
        played(script)


def test_an_accepted_position_ends_the_process_so_that_it_begins_there() -> None:
    """The epoch of a stopped slot changed."""

    async def script(scene: Scene) -> None:
        await scene.look()
        scene.store.taken_away = [SLOTS[1]]
        await scene.look()

    with pytest.raises(Left, match=r"the position of facts\[1\] was accepted or taken"):
        played(script, Scene(store=Store(rows={SLOTS[1]: row(SLOTS[1], 101)})))


def test_a_slot_held_for_a_missing_number_looks_again() -> None:
    """The relay may have published it meanwhile; a newer version waits for the next life."""

    async def script(scene: Scene) -> None:
        await scene.turn(SLOTS[0], 0, [b'{"n":1,"sequence":"1:1"}', b'{"n":1,"sequence":"1:3"}'])
        assert scene.broker.held == {SLOTS[0]: 1}
        scene.store.trouble = NewerVersion("v2")
        await scene.turn(SLOTS[1], 0, [b"{}"])
        scene.store.trouble = None
        await scene.look()

    scene = played(script)
    assert scene.broker.held == {SLOTS[1]: 0}
    assert scene.broker.position[SLOTS[0]] == 1
    assert scene.store.applied == [(SLOTS[0], 0)]


def test_a_log_that_moved_past_a_position_while_reading_stops_the_slot() -> None:
    """With both numbers, as at the start."""

    async def script(scene: Scene) -> None:
        scene.broker.log[SLOTS[0]] = (30, 90)
        await scene.loop.out_of_range(scene.broker, {SLOTS[0]: 0})
        await scene.turn(SLOTS[0], 0, [b"{}"])

    scene = played(script)
    assert scene.store.noted == {SLOTS[0]: "outside_log: position 0 is outside the log [30, 90]"}
    assert scene.store.applied == []


def test_monitors_that_cannot_be_told_stop_nothing() -> None:
    """Faust's own commit would end the process here."""

    async def script(scene: Scene) -> None:
        scene.broker.deaf = True
        await scene.look()

    assert played(script).metrics.value("consumer_incidents_total", kind="commit_to_broker_failed") == 1


def test_slots_that_nobody_reads_are_shared_out_again() -> None:
    """Seen twice in a row: a group that is just being joined is left alone."""

    async def script(scene: Scene) -> None:
        await scene.look()
        scene.broker.unread = [Slot("facts", 5)]
        await scene.look()
        assert scene.broker.rejoined == 0
        await scene.look()

    assert played(script).broker.rejoined == 1


def test_after_revocation_nothing_is_applied_and_nothing_assigned_is_ready_too() -> None:
    """A worker more than there are slots stands by, and says that it is ready."""

    async def script(scene: Scene) -> None:
        await scene.loop.revoked()
        await scene.turn(SLOTS[0], 0, [b"{}"])
        await scene.look()
        scene.broker.slots = []
        await scene.loop.assigned(scene.broker)

    scene = played(script)
    assert scene.store.applied == []
    assert scene.metrics.value("owned_slots", topic="facts") == 0
