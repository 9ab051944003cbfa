"""A broker with TLS, passwords and rights: each principal does what the topic table says, and nothing beside."""

from collections.abc import Callable
from contextlib import closing

import pytest
from kafka.errors import TopicAuthorizationFailedError

from contracts.topics import ESCALATION_FACTS, HAZARD_FACTS, NOTICE_FACTS, PEOPLE_FACTS
from deploy import acls
from runtime.broker import Acl, Admin, Partition, consumer, producer, ranges
from runtime.errors import Unavailable
from runtime.settings import ProcessSettings
from runtime.streams.greeting import greet, needed
from tests.integration.secured_broker.conftest import SLUGS
from tests.secured import KEEPER, Broker

Settings = Callable[..., ProcessSettings]
EVERY = (HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS, PEOPLE_FACTS, "inspection.harbour", "inspection.mines")


def writes(settings: ProcessSettings, topic: str) -> bool:
    """Whether a record is taken; anything but a refused right raises."""
    with closing(producer(settings, client_id="test")) as opened:
        try:
            opened.send(topic, b"{}", partition=0).get(30)
        except TopicAuthorizationFailedError:
            return False
        return True


def reads(settings: ProcessSettings, topic: str) -> bool:
    """Whether records are given; anything but a refused right raises."""
    with closing(consumer(settings, client_id="test")) as opened:
        part = Partition(topic, 0)
        try:
            opened.assign([part])
            opened.seek(part, ranges(opened, [part])[part][0])
            opened.poll(timeout_ms=300)
        except TopicAuthorizationFailedError:
            return False
        except Unavailable as refused:
            if isinstance(refused.__cause__, TopicAuthorizationFailedError):
                return False
            raise
        return True


@pytest.mark.parametrize(
    ("user", "written", "read"),
    [
        ("upstream-harbour", {"inspection.harbour"}, set()),
        ("bihuan-intake", {HAZARD_FACTS}, {"inspection.harbour", "inspection.mines", PEOPLE_FACTS}),
        ("bihuan-escalation", {ESCALATION_FACTS, PEOPLE_FACTS}, {HAZARD_FACTS}),
        ("bihuan-notify", {NOTICE_FACTS, PEOPLE_FACTS}, {ESCALATION_FACTS, NOTICE_FACTS}),
        ("bihuan-reporting", {PEOPLE_FACTS}, {HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS}),
    ],
)
def test_who_may_do_what(settings: Settings, user: str, written: set[str], read: set[str]) -> None:
    """Tried on every topic, in both directions."""
    mine = settings(user)

    assert {topic for topic in EVERY if writes(mine, topic)} == written
    assert {topic for topic in EVERY if reads(mine, topic)} == read


def test_an_upstream_makes_no_topic(settings: Settings) -> None:
    """Only the operator does."""
    from runtime.broker import NewTopic

    with (
        closing(Admin(settings("upstream-harbour"), client_id="test")) as admin,
        pytest.raises(Unavailable, match="upstream-harbour has no right"),
    ):
        admin.create_topics([NewTopic(name="inspection.other", partitions=1)])


def test_a_right_too_many_is_named(settings: Settings) -> None:
    """And what is there is not added twice."""
    too_many = Acl("upstream-mines", "read", "topic", HAZARD_FACTS)
    with closing(Admin(settings(KEEPER), client_id="test")) as keeper:
        before = keeper.acls()
        keeper.add_acls(acls.wanted(SLUGS))

        assert (keeper.acls(), acls.beyond(before, SLUGS)) == (before, [])
        assert acls.beyond({*before, too_many}, SLUGS) == [too_many]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"kafka_sasl_password": "wrong"}, r"refuses bihuan-intake or its password; mend BIHUAN_KAFKA_SASL_USERNAME"),
        ({"kafka_sasl_username": "nobody"}, r"refuses nobody or its password"),
        ({"kafka_ca_file": None}, r"of an authority we do not trust \(.*\): set BIHUAN_KAFKA_CA_FILE"),
        ({"kafka_ca_file": "/no/such.pem"}, r"BIHUAN_KAFKA_CA_FILE: /no/such.pem cannot be read: No such file"),
        (
            {"kafka_security_protocol": "SASL_PLAINTEXT"},
            r"it wants another BIHUAN_KAFKA_SECURITY_PROTOCOL than SASL_PL",
        ),
        ({"kafka_security_protocol": "SSL"}, r"BIHUAN_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_sasl_mechanism": "PLAIN"}, r"does not offer PLAIN: check BIHUAN_KAFKA_SASL_MECHANISM"),
        ({"kafka_brokers": "127.0.0.1:1"}, r"the broker at 127.0.0.1:1 is not reached: "),
    ],
)
def test_who_is_refused_reads_why_in_one_line(settings: Settings, other: dict[str, object], sentence: str) -> None:
    """And which setting mends it, whatever the library says."""
    mine = settings("bihuan-intake", **other)

    with pytest.raises(Unavailable, match=sentence) as raised:
        Admin(mine, client_id="test")

    assert "\n" not in str(raised.value)


def test_an_expired_certificate_is_named(settings: Settings, broker: Broker) -> None:
    """The broker's second door shows one."""
    with pytest.raises(
        Unavailable, match="a certificate that is not valid now \\(certificate has expired\\): renew it"
    ):
        Admin(settings("bihuan-intake", kafka_brokers=broker.expired), client_id="test")


def test_a_worker_without_a_right_waits_and_says_which(settings: Settings) -> None:
    """Reporting's principal given to escalation: it may not write the decisions."""
    told: list[str] = []
    mine = settings("bihuan-reporting")

    class Enough(Exception):
        """The test has seen what it came for."""

    def stop(_seconds: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        greet(
            lambda: Admin(settings("upstream-mines"), client_id="test"),
            needed("escalation", [HAZARD_FACTS]),
            user="upstream-mines",
            sleep=stop,
            tell=told.append,
        )

    topics = ", ".join(sorted((ESCALATION_FACTS, HAZARD_FACTS, PEOPLE_FACTS)))
    assert told == [f"upstream-mines has no right to topic {topics}: `bihuan acls` prints what it needs"]
    greet(lambda: Admin(mine, client_id="test"), needed("reporting", [HAZARD_FACTS, ESCALATION_FACTS, NOTICE_FACTS]))
