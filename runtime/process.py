"""Run a service: an API process (uvicorn and nothing else) or a worker process (consumer, relay, upkeep, small port)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from fastapi import FastAPI

from runtime.metrics import Metrics
from runtime.settings import ProcessSettings
from runtime.streams import BatchConsumer
from runtime.web import Check


class Beside(Protocol):
    """What runs beside the consumer in a worker: the relay, upkeep. Blocking work goes to a thread of its own."""

    name: str

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set. An error ends the process, and the supervisor starts a clean one."""
        ...


def run_api(app: FastAPI, settings: ProcessSettings) -> None:
    """Serve until SIGTERM; returns when the last answer is out."""
    raise NotImplementedError


def run_worker(
    *,
    settings: ProcessSettings,
    title: str,
    metrics: Metrics,
    consumer: BatchConsumer | None = None,
    beside: Sequence[Beside] = (),
    checks: Mapping[str, Check] | None = None,
) -> None:
    """Run the consumer and what stands beside it until SIGTERM or a fault; serves health and metrics meanwhile."""
    raise NotImplementedError
