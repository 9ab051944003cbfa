"""`bihuan policy activate` announces each pack once, however often it is called."""

from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from bihuan.policy import activate_all, activation_id
from contracts.topics import PEOPLE_FACTS, PEOPLE_SOURCE
from runtime import broker
from runtime.broker import Partition
from runtime.database import Database
from runtime.settings import ProcessSettings
from services.escalation.packs import read_packs
from services.escalation.store import bulk, facts
from tests.integration.escalation_decisions.log import activated
from tests.integration.escalation_workers.installation import Installation
from tests.unit.services.escalation.stories import all_divisions, moment


def settings_of(installation: Installation, folder: Path) -> ProcessSettings:
    return ProcessSettings(
        database_url=SecretStr(installation.url), kafka_brokers=installation.brokers, policies_dir=folder / "packs"
    )


def range_of(settings: ProcessSettings) -> tuple[int, int]:
    reader = broker.consumer(settings, client_id="test")
    (found,) = broker.ranges(reader, [Partition(PEOPLE_FACTS, 0)]).values()
    reader.close()
    return found


def test_a_pack_is_announced_once(installation: Installation, tmp_path: Path) -> None:
    """A second call says nothing."""
    settings = settings_of(installation, tmp_path)
    packs = sorted(f"pack-{committee.root}" for committee in installation.committees)

    first = activate_all(settings, only=packs[0])
    rest = activate_all(settings)
    again = activate_all(settings)

    assert (first, sorted(rest), again) == (packs[:1], packs[1:], [])
    assert range_of(settings) == (0, len(packs))


def test_a_pack_that_was_taken_in_is_not_announced_again(installation: Installation, tmp_path: Path) -> None:
    """Even after the topic has forgotten it."""
    settings = settings_of(installation, tmp_path)
    pack = f"pack-{installation.committees[0].root}"
    activate_all(settings, only=pack)
    (found,) = (one for one in read_packs(settings.policies_dir) if one.pack.id == pack)
    _take_in(installation, activation_id(found))
    with closing(broker.Admin(settings, client_id="test")) as admin:
        admin.delete_records({Partition(PEOPLE_FACTS, 0): range_of(settings)[1]})

    again = activate_all(settings, only=pack)

    assert again == []


def _take_in(installation: Installation, event_id: str) -> None:
    root = installation.committees[0].root
    database = Database(installation.url, schema="escalation", application_name="test")
    told = activated(root, moment("05-08"))
    with closing(database), database.begin() as work:
        using = bulk.cursor(work)
        facts.ensure_months(using, {facts.month_of(told.known_at)})
        row = facts.FactRow(root, PEOPLE_SOURCE, event_id, "", 0, 1, 1, told.type, told.time, told.known_at,
                            *all_divisions().columns_of(root), b"{}")  # fmt: skip
        facts.keep(using, [row])
