"""Send what people decided at the command line to the people's topic, as any other fact of theirs."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.facts import Fact
    from runtime.settings import ProcessSettings

WAIT_SECONDS = 30.0  # for the broker to take a record


def announce(settings: "ProcessSettings", facts: Sequence["Fact"]) -> None:
    """Send facts of people to their topic, and wait until the broker has them all."""
    from contracts.topics import PEOPLE_FACTS
    from runtime import broker

    note(settings, [fact.committee for fact in facts])
    with closing(broker.producer(settings, client_id="bihuan-people")) as producer:
        sent = [
            producer.send(
                PEOPLE_FACTS,
                key=fact.committee.encode(),
                value=event(fact),
                headers=[("content-type", b"application/cloudevents+json")],
            )
            for fact in facts
        ]
        for one in sent:
            one.get(WAIT_SECONDS)


def note(settings: "ProcessSettings", committees: Iterable[str]) -> None:
    """Have the command stand in these committees' audit, by the account at the keyboard, before anything is sent.

    What a fact says of itself (`--by`) is whatever was typed; and a command that only sends changes nothing in the
    database that would be noted by itself.
    """
    from bihuan.policy_book import opened_work

    with opened_work(settings) as work:
        work.concerns.update(committees)
        if work.concerns:
            work.connection.execute("SELECT pg_current_xact_id()")  # with a number of its own, it is an act


def event(fact: "Fact") -> bytes:
    """The fact as the structured CloudEvent that intake takes in."""
    import msgspec

    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": fact.id,
            "source": fact.source,
            "type": fact.type,
            "time": fact.time,
            "tenant": fact.tenant,
            "datacontenttype": "application/json",
            "data": fact.data,
        }
    )
