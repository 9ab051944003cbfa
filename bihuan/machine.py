"""Start, stop and look at the product on this one machine."""

import errno
import functools
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

KafkaPort = Annotated[int | None, typer.Option(envvar="KAFKA_PORT", help="The broker's port (39092).")]
PostgresPort = Annotated[int | None, typer.Option("--pg-port", envvar="PG_PORT", help="The database's port (35432).")]
HttpPort = Annotated[int | None, typer.Option(envvar="HTTP_PORT", help="The first of the services' ports (8001).")]
Demonstration = Annotated[bool, typer.Option("--demo/--no-demo", help="Load the demonstration at the first start.")]

Answer = TypeVar("Answer")


def up(
    kafka_port: KafkaPort = None,
    pg_port: PostgresPort = None,
    http_port: HttpPort = None,
    demonstration: Demonstration = True,
) -> None:
    """Start broker, database and services; a port once chosen is kept until the data is removed."""
    from deploy.local import up as machine

    given = {"kafka": kafka_port, "postgres": pg_port, "http": http_port}
    chosen = {name: port for name, port in given.items() if port is not None}
    _tell_trouble(lambda: machine.up(chosen, demonstration=demonstration, say=_say))


def down() -> None:
    """Stop everything; the data stays."""
    from deploy.local import up as machine

    _tell_trouble(lambda: machine.down(say=_say))


def status() -> None:
    """Say what runs and whether it is ready; status 1 when something is not."""
    from deploy.local import up as machine

    if not _tell_trouble(lambda: machine.status(say=_say)):
        raise typer.Exit(1)


def _tell_trouble(act: Callable[[], Answer]) -> Answer:
    """Do it, and print what is in the way without a traceback."""
    from deploy.local.trouble import Trouble

    try:
        return act()
    except Trouble as trouble:
        typer.echo(f"\n{trouble}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        typer.echo("\nthe disk is full: make room, then again: make up", err=True)
        raise typer.Exit(1) from None


_say = functools.partial(print, flush=True)
