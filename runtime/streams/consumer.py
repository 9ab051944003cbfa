"""Keep Faust's process, consumer thread and group membership; take batches and positions into our own hands."""

from runtime.database import Database
from runtime.metrics import Metrics
from runtime.settings import ProcessSettings
from runtime.streams.fuse import Fuse
from runtime.streams.records import Handler


class BatchConsumer:
    """The consumer of one worker: hands record batches to `handler`, each in one transaction of `database`.

    `group` is the consumer group; `settings.instance` makes the membership static.
    """

    def __init__(
        self,
        *,
        settings: ProcessSettings,
        database: Database,
        handler: Handler,
        group: str,
        metrics: Metrics,
        fuse: Fuse | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.handler = handler
        self.group = group
        self.metrics = metrics
        self.fuse = fuse or Fuse()

    def check(self) -> None:
        """Readiness: raise until slots were assigned once."""
