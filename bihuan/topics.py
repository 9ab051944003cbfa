"""Create the topics, on this machine's broker or a customer's."""

from contextlib import closing
from typing import Annotated

import typer

Replicas = Annotated[int, typer.Option(help="Replicas of each topic; -1: the cluster's default.")]


def topics(replicas: Replicas = -1) -> None:
    """Create the topics that are missing; an existing one is never changed."""
    from deploy import topics as table
    from runtime.broker import Admin
    from runtime.settings import ProcessSettings

    with closing(Admin(ProcessSettings(), client_id="bihuan-topics")) as cluster:
        created = table.create(cluster, replicas=replicas, say=print)
    if not created:
        print("every topic exists")
