"""The consumer of one worker process, as a service builds it."""

import threading
import time
from collections.abc import Collection, Sequence
from typing import NoReturn

from contracts.topics import INNER_TOPICS
from runtime import crash
from runtime.broker import Admin
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.metrics import Metrics
from runtime.settings import ProcessSettings
from runtime.streams.applier import Applier
from runtime.streams.fuse import Fuse
from runtime.streams.greeting import greet, needed
from runtime.streams.loop import BatchLoop
from runtime.streams.ports import Beside
from runtime.streams.records import Handler

STUCK = 90.0  # seconds without a turn of the loop; above any timeout of the database and of a rebalance
NUMBERED = frozenset(topic.pattern for topic in INNER_TOPICS)


class BatchConsumer:
    """Hands record batches of the assigned slots to `handler`, each in one transaction of `database`.

    `group` is the consumer group; `settings.instance` makes the membership static, so that a restarted worker has its
    slots back without waiting. `numbered` are the topics whose records carry the relay's sequence.
    """

    def __init__(
        self,
        *,
        settings: ProcessSettings,
        database: Database,
        handler: Handler,
        group: str,
        metrics: Metrics,
        clock: Clock | None = None,
        fuse: Fuse | None = None,
        numbered: Collection[str] = NUMBERED,
    ) -> None:
        if not handler.topics:
            raise ValueError("a consumer needs topics; a service without one runs no consumer")
        self.settings = settings
        self.group = group
        self.handler = handler
        self._metrics = metrics
        self._database = database
        self._clock = clock or SystemClock(settings.clock_file)
        self._fuse = fuse or Fuse()
        self._numbered = frozenset(numbered)
        self._loop: BatchLoop | None = None

    def check(self) -> None:
        """Readiness: raise until slots were assigned once."""
        if self._loop is None or not self._loop.assigned_once:
            raise Unavailable("no slots assigned yet")

    def wait_for_brokers(self) -> None:
        """Return once they let us in to every topic; whoever reads the log before `run` asks this first."""
        greet(
            lambda: Admin(self.settings, client_id=f"{self.group}-admin"),
            needed(self._database.schema, self.handler.topics),
            user=self.settings.kafka_sasl_username,
        )

    def run(self, beside: Sequence[Beside] = ()) -> NoReturn:
        """Run until SIGTERM or a fault, with the services beside it; owns the process, its signals and its end."""
        from runtime.streams import driver  # half a second of imports that an API process never needs

        self.wait_for_brokers()
        loop = self._loop = BatchLoop(
            group=self.group,
            applier=Applier(database=self._database, handler=self.handler, metrics=self._metrics, clock=self._clock),
            handler=self.handler,
            admin=lambda: Admin(self.settings, client_id=f"{self.group}-admin"),
            metrics=self._metrics,
            clock=self._clock,
            fuse=self._fuse,
            numbered=self._numbered,
        )
        watchdog = threading.Thread(target=_watch, args=(loop,), name="watchdog", daemon=True)
        watchdog.start()
        app = driver.build(self.settings, group=self.group, topics=self.handler.topics, batches=loop)
        driver.run(app, beside)


def _watch(loop: BatchLoop) -> None:
    """Leave when the loop does not turn any more, whatever holds it."""
    while True:
        time.sleep(5)
        if loop.assigned_once and time.monotonic() - loop.turned_at > STUCK:
            crash.leave(f"the consumer's loop did not turn for {STUCK:.0f} s")
