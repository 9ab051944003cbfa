"""Note who was refused at a door, without end to nobody's disk: the first at once, of the rest of its minute the number."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from starlette.types import Scope

from contracts.roles import EVERYWHERE
from runtime import log
from runtime.access import audit
from runtime.database import Database
from runtime.errors import Conflict, Unavailable

ACT: Final = "refused"
WINDOW: Final = 60.0  # seconds
MOST: Final = 1_000  # kinds of one minute; what is beyond counts together, whoever it was
TELLING: Final = frozenset(10**n for n in range(1, 10))
"""Which refusals of one minute tell at once how many there were: a process that is killed loses no more than came since."""

EVERYBODY_ELSE: Final = "others"
REFUSED: Final = frozenset({401, 403})

_logger = log.get(__name__)


class Refusal(NamedTuple):
    """One kind of refusal: refusals that are equal are counted together.

    `actor` is an account or the public part of a key, never what somebody typed; `about` a route as it is declared, never
    an address; `tenant` whose chain tells of it.
    """

    actor: str
    about: str
    why: str
    tenant: str
    act: str = ACT


class Caller:
    """Who knocks at a door, as far as that is known; whoever finds out more says so. Nobody has no name.

    `why` says more of a refusal than its status; `overstepped` that some of what was sent was refused for want of a right,
    though the answer as a whole is none.
    """

    def __init__(self) -> None:
        self.actor = ""
        self.tenants: tuple[str, ...] = ()
        self.why = ""
        self.overstepped = ""

    def is_(self, actor: str, tenants: Sequence[str]) -> None:
        """It is this one."""
        self.actor, self.tenants = actor, tuple(tenants)

    def refused(self, about: str, status: int) -> Refusal | None:
        """What was refused to this caller at a route; None where nothing was, or it is nobody whom one could name."""
        if not self.actor or (status not in REFUSED and not self.overstepped):
            return None
        why = f"{status} {self.why}".strip() if status in REFUSED else self.overstepped
        return Refusal(self.actor, about, why, audit.tenant_of(self.tenants))


def caller_of(scope: Scope) -> Caller:
    """Who knocks, for a route that finds out more about it, such as whose key it is."""
    found: Caller = scope["state"]["caller"]
    return found


@dataclass(slots=True)
class _Minute:
    """The minute of one kind: when it began, how often the kind came, and how many of these stand in the audit."""

    since: float
    count: int = 0
    told: int = 0

    def untold(self) -> int:
        """How many came since the last entry; they count as told from here on."""
        more, self.told = self.count - self.told, self.count
        return more


class Refusals:
    """Notes the refusals of one process: of each kind the first of a minute at once, the rest as a number.

    The number is written when the minute is over, when the process ends, and at the tenth, the hundredth and so on: so a
    door that is knocked at without end costs few entries a minute for each account, key and route, and a process that is
    killed loses nine refusals of a kind, or nine of ten. The numbers of a minute add up.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._minutes: dict[Refusal, _Minute] = {}

    def note(self, refusal: Refusal) -> None:
        """Count one, with an entry where one is due. What cannot be kept now stands in the log."""
        now = self._monotonic()
        with self._lock:
            due = self._over(now)
            kind = refusal if refusal in self._minutes or len(self._minutes) < MOST else _among_others(refusal)
            minute = self._minutes.get(kind)
            if minute is None:
                self._minutes[kind] = _Minute(now, 1, 1)
                due.append((kind, 0))
            else:
                minute.count += 1
                if minute.count in TELLING:
                    due.append((kind, minute.untold()))
        self._write(due)

    def settle(self, *, everything: bool = False) -> None:
        """Write the numbers of those minutes that are over; of `everything` when the process ends."""
        now = self._monotonic()
        with self._lock:
            due = self._over(float("inf") if everything else now)
        self._write(due)

    @contextlib.asynccontextmanager
    async def settling(self, _app: object) -> AsyncIterator[None]:
        """While this lasts no number waits longer than its minute: the lifespan of an app."""

        async def by_and_by() -> None:
            while True:
                await asyncio.sleep(WINDOW / 2)
                await asyncio.to_thread(self.settle)

        running = asyncio.create_task(by_and_by())
        try:
            yield
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await asyncio.to_thread(self.settle, everything=True)

    def _over(self, now: float) -> list[tuple[Refusal, int]]:
        """Forget the kinds whose minute is over; those that came again, with how often."""
        ended = [kind for kind, minute in self._minutes.items() if now - minute.since >= WINDOW]
        counted = [(kind, self._minutes.pop(kind).untold()) for kind in ended]
        return [(kind, more) for kind, more in counted if more]

    def _write(self, due: Sequence[tuple[Refusal, int]]) -> None:
        for kind, count in due:
            detail = f"{kind.why}; 一分钟内又有 {count} 次 (again within a minute)" if count else kind.why
            try:
                with self._database.begin([EVERYWHERE]) as work:
                    audit.note(
                        work, actor=kind.actor, act=kind.act, about=kind.about, tenant=kind.tenant, detail=detail
                    )
            except (Unavailable, Conflict) as error:
                told = kind._asdict() | {"count": count, "error": str(error)}
                _logger.warning("a refusal is not in the audit", **told)


def _among_others(refusal: Refusal) -> Refusal:
    return refusal._replace(actor=EVERYBODY_ELSE, about="", tenant=EVERYWHERE)
