"""Kill notify twenty times while two thousand notices leave to providers that fail at random; count what they saw."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from contracts.decisions import Decision, Subject
from contracts.vocabulary import SubjectKind
from deploy.local.testing import start_kafka
from runtime.testing import eventually
from tests.integration.notify_notices.post import Post
from tests.unit.services.notify.given import decision

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

DECISIONS = 1000  # each told by mail and in a group: two thousand notices
KILLS = 20
TOWNS = 10
SEED = int(os.environ.get("SEED", "6"))


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Notify's worker, a broker, a mail server and the robots of ten towns; a fifth of the messages goes wrong."""
    kafka = start_kafka(tmp_path / "kafka")
    made = Post(
        brokers=kafka.url,
        database_url=database_url,
        folder=tmp_path,
        trouble=0.2,
        seed=SEED,
        offices=TOWNS,
        channels=("email", "dingtalk"),
    )
    yield made
    made.close()
    kafka.stop()


def _decisions(towns: list[str], numbers: range) -> list[Decision]:
    return [
        decision(
            decision_id=f"d-{n}",
            tenant=towns[n % len(towns)],
            subject=Subject(kind=SubjectKind.HAZARD, id=f"H-{n}"),
            reason=f"隐患 H-{n} 逾期未整改。",
        )
        for n in numbers
    ]


def test_each_is_told_and_doubles_are_only_among_the_ambiguous(post: Post) -> None:
    """For each decision, recipient and channel the providers saw at least one; no robot got more than its limit."""
    chance = Random(SEED)
    post.worker.start()
    share = DECISIONS // KILLS
    for life in range(KILLS):
        post.publish(_decisions(post.towns, range(life * share, (life + 1) * share)))
        before = post.providers.total()
        eventually(lambda: post.providers.total() > before + chance.randint(0, 40), within=120)  # noqa: B023
        post.worker.kill()
        post.worker.start()
    eventually(lambda: post.count("true") == 2 * DECISIONS, within=120)
    eventually(lambda: post.count("state IN ('created', 'sending', 'retrying')") == 0, within=900)
    left = dict(Counter(str(row["state"]) for row in post.rows("SELECT state FROM notice")))

    post.settle_like_a_person()
    eventually(lambda: post.count("state <> 'delivered'") == 0, within=900)

    doubtful = {str(row["notice_id"]) for row in post.rows("SELECT notice_id FROM attempt WHERE outcome = 'ambiguous'")}
    seen = post.seen()
    doubles = {notice for notice, times in seen.items() if times > 1}
    messages = len({(row["message"], row["attempt"]) for row in post.rows("SELECT message, attempt FROM attempt")})
    print(  # noqa: T201 (what the run came to: `pytest -s` shows it)
        f"{len(seen)} notices of {DECISIONS} decisions in {messages} messages, {KILLS} kills: {left}; "
        f"{len(doubtful)} once ambiguous, {len(doubles)} seen twice, busiest minute of a robot {_busiest(post)}"
    )
    assert {str(row["id"]) for row in post.rows("SELECT id FROM notice")} == set(seen)
    assert doubles <= doubtful
    assert _busiest(post) <= post.providers.robots.a_minute

    post.restored_from_nothing()
    eventually(lambda: post.count("state = 'delivered'") == 2 * DECISIONS, within=300)

    assert post.seen() == seen


def _busiest(post: Post) -> int:
    """The most messages any robot heard within a minute, refused ones included."""
    return max(
        sum(begin <= moment < begin + 60 for moment in moments)
        for moments in post.providers.robots.heard_at.values()
        for begin in moments
    )
