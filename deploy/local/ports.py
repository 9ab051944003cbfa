"""Find busy ports before anything starts, and free ones for tests."""

import contextlib
import random
import socket
from collections.abc import Callable, Mapping

from deploy.local.trouble import Trouble

LOOPBACK = "127.0.0.1"
BLOCKS_FROM, BLOCKS_TO = 20_000, 32_000  # the kernel lends from 32768 on


class PortsInUse(Trouble):
    """Other programs listen where we have to."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(count: int) -> tuple[int, ...]:
    """Return different free ports; all are held until the last is found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return tuple(probe.getsockname()[1] for probe in probes)


def free_block(size: int) -> int:
    """Return the first of `size` neighbouring free ports, below those that the kernel lends to connections."""
    firsts = list(range(BLOCKS_FROM, BLOCKS_TO, size))
    random.shuffle(firsts)  # two tests that start at one moment hardly ever meet
    for first in firsts:
        if all(can_bind(first + offset) for offset in range(size)):
            return first
    raise PortsInUse(f"no {size} free ports in a row between {BLOCKS_FROM} and {BLOCKS_TO}")


def is_open(port: int) -> bool:
    """Whether somebody accepts connections on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


def can_bind(port: int) -> bool:
    """Whether a server of ours could listen on a port of the loopback interface now."""
    with socket.socket() as probe:
        # As the servers themselves do: connections of a server just stopped, still in TIME_WAIT, are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def check_free(wanted: Mapping[str, int], *, is_free: Callable[[int], bool] = can_bind) -> None:
    """Raise PortsInUse with a sentence for people unless every port can be bound."""
    busy = {name: port for name, port in wanted.items() if not is_free(port)}
    if busy:
        raise PortsInUse(_message(busy))


def _message(busy: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} {port}" for name, port in busy.items())
    return (
        f"these ports are in use by another program: {listed}\n"
        "stop that program, or choose others: make up KAFKA_PORT=.. PG_PORT=.. HTTP_PORT=.."
    )
