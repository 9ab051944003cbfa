"""A busy port is named before anything starts."""

import pytest

from deploy.local import ports
from deploy.local.ports import PortsInUse


def test_free_ports_pass_in_silence() -> None:
    """Nothing is raised when every port can be bound; each was tried."""
    tried: list[int] = []

    ports.check_free({"kafka": 39092, "postgres": 35432}, is_free=lambda port: not tried.append(port))  # type: ignore[func-returns-value]

    assert tried == [39092, 35432]


def test_the_message_names_each_busy_port_and_the_way_out() -> None:
    """A person reads which ports are busy and what to type instead."""
    with pytest.raises(PortsInUse) as caught:
        ports.check_free({"kafka": 39092, "postgres": 35432, "intake-api": 8001}, is_free=lambda port: port == 35432)

    assert str(caught.value) == (
        "these ports are in use by another program: kafka 39092, intake-api 8001\n"
        "stop that program, or choose others: make up KAFKA_PORT=.. PG_PORT=.. HTTP_PORT=.."
    )
