"""Workers that are killed under load decide what the pure core decides from the log, once each and in order."""

import random
import urllib.request

import pytest

from runtime.testing import eventually
from tests.integration.escalation_workers.installation import Installation, decisions_in, is_ready, month, port_of


@pytest.mark.timeout(300)
def test_kill_9_under_load_changes_no_decision(installation: Installation) -> None:
    """Two workers, each killed twice while thirty days go by; their records equal those of one walk through the log."""
    chance = random.Random(11)
    workers = [installation.worker("escalation-1"), installation.worker("escalation-2")]
    months = [month(committee, 40) for committee in installation.committees]
    for day in range(30):
        for days in months:
            installation.publish(days[day])
        if day in {6, 12, 18, 24}:
            least = len(installation.published) - chance.randrange(1, 200)
            eventually(lambda: installation.applied() >= least, within=60)  # noqa: B023 (looked at before it changes)
            victim = workers[day // 6 % 2]
            victim.kill()
            victim.start()
    installation.wait_until_applied(within=120)

    told = installation.told()

    assert decisions_in(told) == installation.expected()
    assert sum(map(len, told.values())) > 1000
    assert {fact.id for facts in told.values() for fact in facts} == {
        event_id for (event_id,) in installation.rows("SELECT event_id FROM decision_record")
    }
    for worker in workers:
        eventually(lambda ready=worker: is_ready(ready))
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{port_of(worker)}/metrics", timeout=5).read().decode()
        assert "bihuan_cases_without_clock 0.0" in metrics
        assert worker.stop() == 0
