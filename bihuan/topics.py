"""Create the topics, on this machine's broker or a customer's."""

from contextlib import closing
from typing import Annotated

import typer

Replicas = Annotated[int, typer.Option(help="Replicas of each topic; -1: the cluster's default.")]


def topics(replicas: Replicas = -1) -> None:
    """Create the topics that are missing, those of registered sources too; an existing one is never changed."""
    from bihuan import sources
    from bihuan.connection import settings_of
    from deploy import topics as table
    from runtime.broker import Admin
    from runtime.settings import ProcessSettings

    with closing(Admin(settings_of(ProcessSettings), client_id="bihuan-topics")) as cluster:
        created = table.create(cluster, replicas=replicas, say=print)
        registered = sources.topics()
        existing = cluster.partitions(registered) if registered else {}
        missing = sorted(set(registered) - existing.keys())
    for topic in missing:
        sources.create_topic(topic)
        print(f"created {topic} of a registered source")
    created += missing
    if not created:
        print("every topic exists")
