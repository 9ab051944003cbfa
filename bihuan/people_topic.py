"""Send what people decided at the command line to the people's topic, as any other fact of theirs."""

from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.facts import Fact
    from runtime.settings import ProcessSettings

WAIT_SECONDS = 30.0  # for the broker to take a record


def announce(settings: "ProcessSettings", facts: Iterable["Fact"]) -> None:
    """Send facts of people to their topic, and wait until the broker has them all."""
    from contracts.topics import PEOPLE_FACTS
    from runtime import broker

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
