"""Every change of a hazard reaches the platform, once it is up, in order of age; what it refuses waits for a person."""

from collections.abc import Callable
from datetime import UTC

from standardwebhooks import Webhook

from contracts.facts import Fact
from runtime import dead_letters
from runtime.database import Database
from runtime.metrics import Metrics
from runtime.testing import ManualClock
from services.reporting.core.pushing import PAUSES
from services.reporting.core.rows import HazardKey
from services.reporting.store import pushes
from services.reporting.worker.pushing import DOOR, LEASE
from tests.integration.reporting_api.sample import NOW
from tests.integration.reporting_risk_map.conftest import SECRET, Platform
from tests.unit.services.reporting.facts import at, fact, follow, reported

Feed = Callable[[list[Fact]], None]
Push = Callable[[], int]
SITE = {"id": "S-1", "name": "示范机械有限公司", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
PLACED = {**SITE, "lon": 121.39, "lat": 28.37, "coord_sys": "gcj02"}


def backlog(database: Database) -> pushes.Backlog:
    with database.begin() as work:
        return pushes.backlog(work)


def test_a_change_is_told_with_its_place_and_signed(
    feed: Feed, push: Push, platform: Platform, database: Database
) -> None:
    """S0-24: converted coordinates, no free text, a signature that the platform can check; then nothing waits."""
    feed([reported(site=PLACED, description="王某的出租房")])

    assert 1 == push()
    (told,), (headers,) = platform.heard, platform.headers
    assert ("331081:test:H-1", "reported", "gcj02") == (
        told["id"],
        told["properties"]["state"],
        told["properties"]["coord_sys"],
    )
    assert 121.38 < told["geometry"]["coordinates"][0] < 121.39
    assert "王某" not in platform.bodies[0]
    assert "331081:test:H-1/1" == headers["idempotency-key"]
    assert (
        Webhook(SECRET).sign(headers["webhook-id"], NOW.astimezone(UTC), platform.bodies[0])
        == headers["webhook-signature"]
    )
    assert (0, None) == backlog(database)


def test_an_outage_is_bridged(
    feed: Feed, push: Push, platform: Platform, database: Database, clock: ManualClock, metrics: Metrics
) -> None:
    """It is tried again after a pause and under the same key; the newest state is what arrives."""
    platform.answers = [(503, {}), (429, {"retry-after": "60"})]
    feed([reported(site=PLACED)])
    assert [1, 0] == [push(), push()]
    clock.advance(PAUSES[0].total_seconds())
    assert 1 == push()
    clock.advance(59)
    assert 0 == push()
    clock.advance(1)
    assert 1 == push()

    assert 1 == len({headers["idempotency-key"] for headers in platform.headers})
    assert (0, None) == backlog(database)
    assert [2, 1, 0] == [
        metrics.value("risk_map_pushes_total", outcome=outcome) for outcome in ("retried", "delivered", "dead")
    ]


def test_a_change_while_it_waits_is_told_at_once_and_once(feed: Feed, push: Push, platform: Platform) -> None:
    """A hazard that was put right meanwhile is told as such, under another key."""
    platform.answers = [(503, {})]
    feed([reported(site=PLACED)])
    push()
    feed([follow("rectified", at("2023-05-19 10:00"), by="乙一")])

    assert [1, 0] == [push(), push()]
    assert ["reported", "rectified"] == [told["properties"]["state"] for told in platform.heard]


def test_what_it_refuses_waits_for_a_person(feed: Feed, push: Push, platform: Platform, database: Database) -> None:
    """With the answer and what was sent; told again on demand."""
    platform.answers = [(422, {})]
    feed([reported(site=PLACED)])
    push()

    with database.begin() as work:
        (letter,) = dead_letters.listed(work)
    assert (DOOR, ["HTTP 422", "1 attempts"]) == (letter.door, list(letter.detail))
    assert (0, None) == backlog(database)
    with database.begin() as work:
        pushes.mark(work, [HazardKey.parse(letter.origin["hazard"])], NOW)  # type: ignore[list-item]
    assert 1 == push()


def test_a_voided_hazard_is_said_to_be_gone(feed: Feed, push: Push, platform: Platform) -> None:
    """The platform must not show what nobody reports any more."""
    feed([reported(site=PLACED)])
    push()
    feed([fact("hazard.reported", at("2023-05-09 09:00"), event_id="void", correction="report")])
    push()

    assert {"state": "voided", "open": False} == platform.heard[-1]["properties"]


def test_a_site_without_a_place_is_told_without_geometry(feed: Feed, push: Push, platform: Platform) -> None:
    """Null, as RFC 7946 has it."""
    feed([reported(site=SITE)])
    push()

    assert platform.heard[0]["geometry"] is None


def test_what_a_dead_process_claimed_is_taken_again(
    feed: Feed, push: Push, platform: Platform, database: Database, clock: ManualClock
) -> None:
    """After its lease, by whoever comes."""
    feed([reported(site=PLACED)])
    with database.begin() as work:
        assert 1 == len(pushes.claim(work, now=NOW, patience=LEASE, limit=10))
    assert 0 == push()
    clock.advance(LEASE.total_seconds())

    assert 1 == push()


def test_a_new_platform_is_told_of_all_that_is_open(
    feed: Feed, push: Push, platform: Platform, database: Database
) -> None:
    """Once; a restart tells nothing twice."""
    feed([reported(site=PLACED), reported(at("2023-05-09 09:00"), event_id="r2", hazard_id="H-2", site=SITE)])
    feed([follow("closed", at("2023-05-19 09:00"), event_id="c2", hazard_id="H-2")])
    push()
    with database.begin() as work:
        assert 1 == pushes.begin(work, platform.address, NOW)
        assert 0 == pushes.begin(work, platform.address, NOW)
        assert 0 == pushes.begin(work, "https://other.example", NOW)  # H-1 waits already

    assert 1 == push()
    assert (0, None) == backlog(database)


def test_nobody_answers(feed: Feed, push: Push, platform: Platform, database: Database, clock: ManualClock) -> None:
    """S0-24: nothing is lost, and the lag is seen since the change."""
    feed([reported(site=PLACED)])
    platform.address = "http://127.0.0.1:9/none"

    assert 1 == push()
    assert 1 == backlog(database).waiting
    assert at("2023-05-08 09:00") <= (backlog(database).oldest or NOW) < NOW
