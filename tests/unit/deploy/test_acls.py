"""The rights on the brokers are those of the topic table, no more and no fewer."""

import pytest

from contracts.topics import HAZARD_FACTS, INSPECTION_PREFIX, TOPICS
from deploy import acls
from deploy.acls import ANY_SLUG, OPERATOR, principal_of, upstream
from runtime.broker import Acl


@pytest.mark.parametrize("service", acls.SERVICES)
def test_a_service_has_the_rights_of_the_topic_table(service: str) -> None:
    """It reads what it is named a reader of, and writes what it is named a writer of."""
    name = {topic.pattern: INSPECTION_PREFIX if topic.pattern == ANY_SLUG else topic.pattern for topic in TOPICS}
    wanted = {("read", name[topic.pattern]) for topic in TOPICS if service in topic.readers}
    wanted |= {("write", name[topic.pattern]) for topic in TOPICS if service in topic.writers}

    mine = [acl for acl in acls.wanted() if acl.principal == principal_of(service)]

    assert {(acl.operation, acl.name) for acl in mine if acl.resource == "topic"} == wanted
    assert [acl.name for acl in mine if acl.resource == "group"] == [acls.GROUPS[service]]


def test_a_source_writes_to_its_topic_and_does_nothing_else() -> None:
    """Nor does anybody else write there."""
    every = acls.wanted(["harbour", "mines"])

    assert [acl for acl in every if acl.principal == upstream("mines")] == [
        Acl(upstream("mines"), "write", "topic", "inspection.mines")
    ]
    assert {acl.principal for acl in every if acl.operation == "write" and acl.name == "inspection.mines"} == {
        upstream("mines")
    }


def test_nobody_alters_the_cluster() -> None:
    """Rights are given by who keeps it; the operator makes topics."""
    assert [(acl.principal, acl.operation) for acl in acls.wanted() if acl.resource == "cluster"] == [
        (OPERATOR, "create")
    ]


def test_what_is_missing_and_what_is_too_much_is_told_apart() -> None:
    """What others have on topics of their own is no business of ours."""
    there = set(acls.wanted(["gone"])) - {Acl(principal_of("intake"), "write", "topic", HAZARD_FACTS)}
    there |= {Acl("somebody", "read", "topic", HAZARD_FACTS), Acl("somebody", "read", "topic", "theirs")}

    assert acls.missing(there) == [Acl(principal_of("intake"), "write", "topic", HAZARD_FACTS)]
    assert acls.beyond(there) == [
        Acl("somebody", "read", "topic", HAZARD_FACTS),
        Acl(upstream("gone"), "write", "topic", "inspection.gone"),
    ]


def test_the_rights_are_printed_as_calls_of_kafkas_own_tool() -> None:
    """For whoever keeps the cluster."""
    calls = acls.commands(
        [
            Acl("bihuan-intake", "read", "topic", "inspection.", prefixed=True),
            Acl(OPERATOR, "create", "cluster", "kafka-cluster"),
        ]
    )

    tool = "kafka-acls.sh --bootstrap-server BROKER --command-config ADMIN.properties --add --allow-principal"
    assert calls == [
        f"{tool} User:bihuan-intake --operation read --topic inspection. --resource-pattern-type prefixed",
        f"{tool} User:bihuan-operator --operation create --cluster",
    ]
