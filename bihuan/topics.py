"""Create the topics, on this machine's broker or a customer's."""

from typing import Annotated

import typer

Brokers = Annotated[str, typer.Option(help="host:port, several separated by commas; else as the environment says.")]
Replicas = Annotated[int, typer.Option(help="Replicas of each topic; -1: the cluster's default.")]


def topics(brokers: Brokers = "", replicas: Replicas = -1) -> None:
    """Create the topics that are missing; an existing one is never changed."""
    from deploy import topics as table
    from runtime.settings import ProcessSettings

    with table.admin(brokers or ProcessSettings().kafka_brokers) as admin:
        created = table.create(admin, replicas=replicas, say=print)
    if not created:
        print("every topic exists")
