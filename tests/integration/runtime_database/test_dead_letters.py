"""A dead letter keeps what came, byte for byte, and closes once."""

from datetime import UTC, datetime

from runtime import dead_letters
from runtime.database import Database

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def park(database: Database, body: bytes, **more: object) -> int:
    with database.begin() as work:
        return dead_letters.park(
            work,
            received_at=AT,
            reason="undecodable",
            detail=["not JSON \x00 \ud800 隐患"],
            door="kafka",
            origin={"topic": "t", "slot": 3, "offset": 17, "note\x00": "\udfff"},
            body=body,
            headers=[("content-type", "application/json\x00")],
            **more,  # type: ignore[arg-type]
        )


def test_bytes_that_no_text_can_hold_are_kept_as_they_came(database: Database) -> None:
    """NUL, lone surrogates and broken UTF-8 are in the body; the words around it are made safe for the database."""
    identity = park(database, b"\x00\xff\xfe{", source="/s\x00", event_id="e", tenant="331081")
    with database.begin() as work:
        letter = dead_letters.shown(work, identity)

    assert letter is not None
    assert (letter.body, letter.reason, letter.door, letter.state) == (b"\x00\xff\xfe{", "undecodable", "kafka", "open")
    assert (letter.origin["topic"], letter.origin["offset"]) == ("t", 17)
    assert (letter.source, letter.event_id, letter.tenant) == ("/s�", "e", "331081")
    assert letter.detail == ["not JSON � ? 隐患"]
    assert (letter.received_at, letter.replayed_at) == (AT, None)


def test_a_letter_closes_once(database: Database) -> None:
    """A second replay of the same letter is told that it is closed."""
    identity = park(database, b"x")
    with database.begin() as work:
        closed = [dead_letters.mark_replayed(work, identity, at=AT, note="mended") for _ in range(2)]
        again = dead_letters.dismiss(work, identity, at=AT, note="no")
        letter = dead_letters.shown(work, identity)

    assert ([True, False], False) == (closed, again)
    assert letter is not None
    assert (letter.state, letter.replayed_at, letter.note) == ("replayed", AT, "mended")


def test_the_list_pages_backwards_and_knows_tenants(database: Database) -> None:
    """Newest first, below a given id; a tenant sees its own; the count is of open ones."""
    ids = [park(database, b"%d" % n, tenant="331081" if n % 2 else "330300") for n in range(6)]
    with database.begin() as work:
        dead_letters.dismiss(work, ids[0], at=AT, note="no")
        page = dead_letters.listed(work, limit=2)
        following = dead_letters.listed(work, limit=2, before=page[-1].id)
        own = dead_letters.listed(work, tenants=["331081"])
        every = dead_letters.listed(work, state=None)
        nobody = dead_letters.listed(work, tenants=[])
        count = dead_letters.count_open(work)

    assert [ids[5], ids[4]] == [letter.id for letter in page]
    assert [ids[3], ids[2]] == [letter.id for letter in following]
    assert [ids[5], ids[3], ids[1]] == [letter.id for letter in own]
    assert (6, 0, 5) == (len(every), len(nobody), count)


def test_parked_letters_are_known_to_their_transaction(database: Database) -> None:
    """The consumer counts them after the commit, and its fuse leaves out what is no poison."""
    with database.begin() as work:
        for poison in (True, False):
            dead_letters.park(
                work,
                received_at=AT,
                reason="r",
                door="http",
                origin={"client": "a"},
                body=b"",
                poison=poison,
            )
        parked = [(letter.reason, letter.poison) for letter in work.parked]

    assert [("r", True), ("r", False)] == parked
