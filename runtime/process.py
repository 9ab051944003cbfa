"""Run a service: an API process (uvicorn and nothing else) or a worker process (consumer, relay, upkeep, small port)."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

from runtime import crash, log, web
from runtime.garbage import collect_rarely
from runtime.metrics import Metrics
from runtime.readiness import Check
from runtime.settings import ProcessSettings
from runtime.streams import BatchConsumer, Beside

DRAIN_SECONDS = 8  # for answers under way at SIGTERM, below the grace of the process
KEEP_ALIVE_SECONDS = 5

_logger = log.get(__name__)


def run_api(app: FastAPI, settings: ProcessSettings) -> None:
    """Serve until SIGTERM and the last answer under way; uvicorn then ends the process with the signal (143)."""
    _ApiServer(_config(app, settings)).run()


def run_worker(
    *,
    settings: ProcessSettings,
    title: str,
    metrics: Metrics,
    consumer: BatchConsumer | None = None,
    beside: Sequence[Beside] = (),
    checks: Mapping[str, Check] | None = None,
) -> None:
    """Run the consumer and what stands beside it until SIGTERM or a fault; serves health and metrics meanwhile.

    A worker with a consumer is ready once its slots were assigned and every check passes.
    """
    every_check = dict(checks or {})
    if consumer is not None:
        every_check["slots"] = consumer.check
    app = web.create_app(title=title, metrics=metrics, checks=every_check)
    services = [HealthPort(app, settings), *beside]
    collect_rarely()
    if consumer is None:
        asyncio.run(_run_alone(services))
    else:
        consumer.run(services)


class HealthPort:
    """The small HTTP port of a worker, inside its event loop; signals stay with whoever owns the process."""

    name = "health port"

    def __init__(self, app: FastAPI, settings: ProcessSettings) -> None:
        self._config = _config(app, settings)

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping`, then let answers under way finish."""
        server = _QuietServer(self._config)
        serving = asyncio.create_task(server.serve())
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait([serving, stop], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stop.cancel()
        await serving


def _config(app: FastAPI, settings: ProcessSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,  # ours: one JSON line per event, redacted
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


class _TellingServer(uvicorn.Server):
    """Says which port it got: with port 0 nobody else knows."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in self.servers if self.started else ():
            for sock in server.sockets:
                _logger.info("serving", host=sock.getsockname()[0], port=sock.getsockname()[1])


class _ApiServer(_TellingServer):
    """Owns the process's signals; a stop that hangs is ended by force."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        crash.arm_grace()
        super().handle_exit(sig, frame)


class _QuietServer(_TellingServer):
    """Leaves signals alone and raises instead of ending the process when its port is taken."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run_alone(services: Sequence[Beside]) -> None:
    """What a Faust worker does for its services, for a worker without topics."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        crash.arm_grace()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = {asyncio.create_task(service.run(stopping), name=service.name) for service in services}
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        if not stopping.is_set() or task.exception() is not None:
            crash.leave(f"{task.get_name()} ended: {task.exception()!r}")
    await asyncio.gather(*tasks)
    sys.stdout.flush()
