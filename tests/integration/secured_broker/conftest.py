"""One broker with TLS, passwords and rights for all tests of this folder, and its topics."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, PEOPLE_FACTS
from deploy import acls, topics
from runtime.broker import Admin, NewTopic, Partition, consumer, ranges
from runtime.settings import ProcessSettings
from runtime.testing import eventually
from tests.secured import KEEPER, Authority, Broker, start_broker

SLUGS = ("harbour", "mines")
Settings = Callable[..., ProcessSettings]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that nobody has a right on yet but its keeper."""
    started = start_broker(tmp_path_factory.mktemp("secured") / "kafka", Authority(), others=map(acls.upstream, SLUGS))
    yield started
    started.server.stop()


@pytest.fixture(scope="session")
def settings(broker: Broker) -> Settings:
    """The settings of a user of the broker, with others in place of some: `settings("keeper", kafka_ca_file=None)`."""

    def of(user: str, **other: object) -> ProcessSettings:
        told = {name.removeprefix("BIHUAN_").lower(): value for name, value in broker.told(user).items()}
        return ProcessSettings(database_url="postgresql://nobody@127.0.0.1/none", **{**told, **other})  # type: ignore[arg-type]

    return of


@pytest.fixture(scope="session", autouse=True)
def rights(settings: Settings) -> None:
    """The rights of the product for two sources, given by the keeper; the topics, made by the operator."""
    wanted = acls.wanted(SLUGS)
    with closing(Admin(settings(KEEPER), client_id="keeper")) as keeper:
        keeper.add_acls(wanted)
        eventually(lambda: not acls.missing(keeper.acls(), SLUGS), within=30)
    with closing(Admin(settings(acls.OPERATOR), client_id="operator")) as operator:
        topics.create(operator)
        operator.create_topics([NewTopic(name=f"inspection.{slug}", partitions=1) for slug in SLUGS])
    made = [Partition(name, 0) for name in (HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS, PEOPLE_FACTS)]
    made += [Partition(f"inspection.{slug}", 0) for slug in SLUGS]
    with closing(consumer(settings(KEEPER), client_id="keeper")) as keepers:
        eventually(lambda: ranges(keepers, made), within=60)  # a topic that was just made has no leader yet
