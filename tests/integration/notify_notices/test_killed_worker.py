"""A worker is killed again and again while notices leave: everybody is told, and nobody twice without our knowing."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from contracts.decisions import Decision
from contracts.vocabulary import Measure
from deploy.local.testing import start_kafka
from runtime.testing import eventually
from tests.integration.notify_notices.post import Post
from tests.unit.services.notify.given import decision

DECISIONS = 150
KILLS = 6
STOPPED = 20  # decisions that are told while the worker is asked to stop
SEED = 20


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """A worker that is not started yet, with a broker of its own: the topics' names are the product's."""
    kafka = start_kafka(tmp_path / "kafka")
    made = Post(brokers=kafka.url, database_url=database_url, folder=tmp_path, trouble=0.2, seed=SEED)
    yield made
    made.close()
    kafka.stop()


def _decisions(start: int, count: int) -> list[Decision]:
    """Reminders to one office, and every fifth an instant report to two people on two channels."""
    return [
        decision(decision_id=f"d-{n}", occurrence=str(n), measure=Measure.REMIND if n % 5 else Measure.INSTANT_REPORT)
        for n in range(start, start + count)
    ]


@pytest.mark.timeout(300)
def test_everybody_is_told_and_no_double_is_unknown(post: Post) -> None:
    """Killed at random; a person looks at what nobody knows; the log is read again; the database comes from before."""
    chance = Random(SEED)
    post.worker.start()
    _stop_in_order(post)
    for life in range(KILLS):
        post.publish(_decisions(life * DECISIONS // KILLS, DECISIONS // KILLS))
        expected = chance.randint(1, 12)
        before = post.providers.total()
        eventually(lambda: post.providers.total() >= before + expected, within=60)  # noqa: B023
        post.worker.kill()
        post.worker.start()
    expected_notices = (DECISIONS + STOPPED) * 4 // 5 + (DECISIONS + STOPPED) // 5 * 4
    eventually(lambda: post.count("true") == expected_notices, within=60)
    eventually(lambda: post.count("state IN ('created', 'sending', 'retrying')") == 0, within=120)

    post.settle_like_a_person()
    eventually(lambda: post.count("state <> 'delivered'") == 0, within=60)

    doubtful = {str(row["notice_id"]) for row in post.rows("SELECT notice_id FROM attempt WHERE outcome = 'ambiguous'")}
    seen = post.seen()
    assert {str(row["id"]) for row in post.rows("SELECT id FROM notice")} == set(seen)
    assert {notice for notice, times in seen.items() if times > 1} <= doubtful

    _read_again_from_the_beginning(post)

    assert (post.count("true"), seen) == (expected_notices, post.seen())

    post.restored_from_nothing()
    eventually(lambda: post.count("state = 'delivered'") == expected_notices, within=60)

    assert (post.count("true"), seen) == (expected_notices, post.seen())


def _stop_in_order(post: Post) -> None:
    """SIGTERM while notices leave: every answer under way is kept, and the process ends by itself."""
    post.publish(_decisions(DECISIONS, STOPPED))
    eventually(lambda: post.providers.total() >= 3, within=60)

    status = post.worker.stop()

    assert (status, post.count("state = 'sending'")) == (0, 0)
    post.worker.start()


def _read_again_from_the_beginning(post: Post) -> None:
    """The positions are lost; every record is heard again."""
    end = post.rows("SELECT slot, next_offset FROM consumer_position WHERE next_offset > 0")
    post.worker.kill()
    with psycopg.connect(post.url, options="-c search_path=notify") as connection:
        connection.execute("UPDATE consumer_position SET next_offset = 0, last_incarnation = 0, last_number = 0")
    post.worker.start()
    eventually(
        lambda: post.rows("SELECT slot, next_offset FROM consumer_position WHERE next_offset > 0") == end, within=60
    )
