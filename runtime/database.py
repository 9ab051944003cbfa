"""One PostgreSQL transaction at a time, with timeouts that cannot be forgotten and errors named by the next act."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import sqlalchemy
from psycopg import errors as pg
from psycopg import sql
from psycopg.pq import ExecStatus
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from runtime import reaching
from runtime.errors import Conflict, OutcomeUnknown, Rejected, Unavailable

# Without these a frozen worker holds its rows for ever. lock_timeout is above idle_in_transaction, so that whoever
# waits for a frozen owner's rows outlives it. Milliseconds.
TIMEOUTS = {
    "idle_in_transaction_session_timeout": 10_000,
    "lock_timeout": 13_000,
    "statement_timeout": 30_000,
    "tcp_user_timeout": 10_000,
    # The server waits for an idle owner only after a Sync: one that froze in the middle of a pipeline is ended by this.
    # Longer than any batch, shorter than the watchdog of the consumer's loop (streams.consumer.STUCK).
    "transaction_timeout": 80_000,
}
SINCE = {"transaction_timeout": 17_00_00}
"""Which of them older servers do not know, with the first version that does, as in server_version_num."""
SCOPE = "bihuan.tenants"  # the settings that row security reads, for one transaction
LIMITS = "bihuan.limits"


@dataclass(frozen=True, slots=True)
class Acting:
    """For whom transactions are, and what is said of them.

    `tenants`: the sub-trees that they see, None where no person asks. `witness` is called in each one before it is
    committed, to note what was done. `only_reads`: the database refuses to write. `limits`: what is seen of rows that bear
    a sector, `runtime.access.principal`; empty: all that lies in the tenants.
    """

    tenants: tuple[str, ...] | None = None
    witness: "Callable[[Work], None] | None" = None
    only_reads: bool = False
    limits: tuple[str, ...] = ()


acting: ContextVar[Acting] = ContextVar("acting", default=Acting())  # noqa: B039 (frozen)
"""The request, or the command, that runs: each of its transactions is for its person unless it says otherwise."""

CONNECT_TIMEOUT = 5  # seconds
POOL_TIMEOUT = 5.0  # seconds to wait for a free connection of the pool
LOOK_UP = 0.25  # seconds: whoever waits for a notification looks so often whether to stop

_UNAVAILABLE = (
    pg.LockNotAvailable,
    pg.QueryCanceled,
    pg.IdleInTransactionSessionTimeout,
    pg.ReadOnlySqlTransaction,  # a standby that was not promoted yet
)
_UNAVAILABLE_CLASSES = ("08", "53", "57", "58")  # connection, resources, operator, system
_CONFLICT = (pg.DeadlockDetected, pg.SerializationFailure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A dead letter written in a transaction; `poison` where it speaks against the record, not against its sender."""

    origin: Mapping[str, Any]
    reason: str
    poison: bool


class Work:
    """One open transaction. Raw psycopg for hot statements, SQLAlchemy for the rest; both are the same transaction.

    `parked` lists the dead letters written in it so far: the consumer counts them once they are committed. `tenants` are
    the sub-trees that it may see, '*' all of them; None where no person asks. `once_committed` is called when that is
    known, and never where it was rolled back or nobody knows. Whoever notes what people do says it, with the `remarks`,
    of each tenant that it `concerns`: whose things are read or changed, however far the rights of who does it reach.
    What is read `aside`, only to see whether somebody may go on, is no reading of theirs.
    """

    def __init__(self, connection: sqlalchemy.Connection, tenants: Sequence[str] | None = None) -> None:
        self._sqlalchemy = connection
        self.tenants = None if tenants is None else tuple(tenants)
        self.limits: tuple[str, ...] = ()
        self.parked: list[Parked] = []
        self.once_committed: list[Callable[[], None]] = []
        self.concerns: set[str] = set()
        self.remarks: list[str] = []
        self.aside = False

    @property
    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The psycopg connection: use binary parameters, never commit or roll back on it."""
        driver = self._sqlalchemy.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(type(driver))
        return driver

    def execute(
        self,
        statement: sqlalchemy.Executable | str,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> sqlalchemy.CursorResult[Any]:
        """Run a SQLAlchemy statement, or SQL text with `:name` parameters."""
        executable = sqlalchemy.text(statement) if isinstance(statement, str) else statement
        return self._sqlalchemy.execute(executable, parameters)


class Database:
    """Connections to one schema; safe to use from several threads."""

    def __init__(
        self,
        url: str,
        *,
        schema: str,
        application_name: str,
        pool_size: int = 5,
        timeouts: Mapping[str, int] | None = None,
    ) -> None:
        """`timeouts` (milliseconds) override single members of `TIMEOUTS`."""
        self.schema = schema
        self._pool_size = pool_size
        session = {**TIMEOUTS, **(timeouts or {})}
        everywhere = (f"-c {name}={value}" for name, value in session.items() if name not in SINCE)
        options = " ".join([f"-c search_path={schema}", "-c timezone=UTC", *everywhere])
        self._engine = sqlalchemy.create_engine(
            sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT,
            hide_parameters=True,  # an error's text would hold them, and they may be anybody's
            connect_args={
                "options": options,
                "application_name": application_name,
                "connect_timeout": CONNECT_TIMEOUT,
                "tcp_user_timeout": session["tcp_user_timeout"],
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
            },
        )
        newer = {name: session[name] for name in SINCE}
        sqlalchemy.event.listen(self._engine, "connect", lambda connection, _: _set_newer(connection, newer))

    @contextmanager
    def begin(self, tenants: Sequence[str] | None = None) -> Iterator[Work]:
        """One transaction: committed when the block ends cleanly, rolled back when it raises.

        `tenants` are the sub-trees that are seen; without them those of the person whose request this is. Row security
        goes by them.
        Raises `Unavailable`, `Conflict` (deadlock, serialization) and, when the connection went away at COMMIT,
        `OutcomeUnknown`.
        """
        mine = acting.get()
        scope = mine.tenants if tenants is None else tuple(tenants)
        # Who names others names them whole: public data, a system's door.
        limits = mine.limits if scope == mine.tenants else ()
        opening = _opening(scope, limits, only_reads=mine.only_reads)
        with self._connected(lambda driver: _send(driver, opening)) as connection:
            connection.begin()  # else SQLAlchemy does not know of what raw psycopg does, and commits nothing
            work = Work(connection, scope)
            work.limits = limits
            try:
                yield work
                if mine.witness is not None:
                    mine.witness(work)  # in the transaction of the act: both are there, or neither
            except BaseException as error:
                _abandon(connection)
                named = _named(error)
                if named is error:
                    raise
                raise named from error
            _commit(connection)
        for act in work.once_committed:
            act()

    def row(self, statement: LiteralString, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of one statement that only reads, for nobody: a message there and one back, and no transaction.

        Raises `Unavailable`.
        """
        found: list[tuple[Any, ...] | None] = []

        def ask(driver: psycopg.Connection[tuple[Any, ...]]) -> None:
            driver.autocommit = True
            try:
                found.append(driver.execute(statement, parameters).fetchone())
            finally:
                if not driver.closed:
                    driver.autocommit = False

        self._connected(ask).close()
        return found[-1]

    def _connected(self, first: Callable[[psycopg.Connection[tuple[Any, ...]]], None]) -> sqlalchemy.Connection:
        """A connection on which `first` was done, which changes nothing.

        It shows whether the connection is one still, so nothing else has to ask for that: where the server has ended it
        meanwhile, another is taken, at last a new one.
        """
        try:
            for left in reversed(range(self._pool_size + 1)):
                connection = self._engine.connect()
                driver = Work(connection).connection
                try:
                    first(driver)
                except BaseException:
                    was_lost = driver.closed
                    connection.invalidate()
                    connection.close()
                    if not (was_lost and left):
                        raise
                else:
                    return connection
        except Exception as error:
            named = _named(error)
            if isinstance(named, Unavailable) and reaching.is_about_a_certificate(str(named)):
                named = Unavailable(self._why_untrusted() or str(named))
            if named is error:
                raise
            raise named from error
        raise AssertionError("the last one raised or was returned")

    def notified(self, seconds: float, stopping: Callable[[], bool]) -> bool:
        """Wait some seconds for a notification, or until `stopping`; True where one came. Outside every transaction.

        The session has to LISTEN already, so there has to be one connection in the pool. Raises `Unavailable`.
        """
        try:
            with self._engine.connect() as connection:
                session = Work(connection).connection
                for _ in range(max(1, round(seconds / LOOK_UP))):
                    if stopping():
                        return False
                    for _ in session.notifies(timeout=min(seconds, LOOK_UP), stop_after=1):
                        return True
        except Exception as error:
            named = _named(error)
            if named is error:
                raise
            raise named from error
        return False

    def _why_untrusted(self) -> str:
        """What is wrong with the server's certificate: libpq only says that something is."""
        url = self._engine.url
        authority = url.query.get("sslrootcert")
        file = Path(authority) if isinstance(authority, str) and authority != "system" else None
        return reaching.why_not_postgres(url.host or "", url.port or reaching.POSTGRES, file)

    def ping(self) -> None:
        """Raise `Unavailable` unless the database answers."""
        with self.begin() as work:
            work.connection.execute("SELECT 1")

    def close(self) -> None:
        """Close every idle connection of the pool."""
        self._engine.dispose()


def take_time(work: Work) -> None:
    """Let this one transaction take as long as it needs, where the server would end it otherwise."""
    wanted = {name for name, since in SINCE.items() if work.connection.info.server_version >= since}
    for name in ("statement_timeout", *sorted(wanted)):
        work.connection.execute(sql.SQL("SET LOCAL {} = 0").format(sql.Identifier(name)))


def _set_newer(connection: psycopg.Connection[Any], newer: Mapping[str, int]) -> None:
    """Set what this server knows of them for the session; as an option of the connection an older one would refuse it."""
    connection.autocommit = True
    for name, value in newer.items():
        if connection.info.server_version >= SINCE[name]:
            connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    connection.autocommit = False


def _opening(tenants: Sequence[str] | None, limits: Sequence[str], *, only_reads: bool) -> sql.Composed:
    """BEGIN with what holds for this transaction alone. SET and not set_config: the caller may still choose its isolation."""
    told: list[sql.Composable] = [sql.SQL("BEGIN")]
    if tenants is not None:
        told.append(sql.SQL("SET LOCAL {} = {}").format(sql.SQL(SCOPE), sql.Literal(",".join(tenants))))
    if limits:
        told.append(sql.SQL("SET LOCAL {} = {}").format(sql.SQL(LIMITS), sql.Literal("\n".join(limits))))
    if only_reads:
        told.append(sql.SQL("SET TRANSACTION READ ONLY"))
    return sql.SQL("; ").join(told)


def _send(driver: psycopg.Connection[Any], opening: sql.Composed) -> None:
    """Send it as one message; by `execute` psycopg would send a BEGIN of its own before it."""
    result = driver.pgconn.exec_(opening.as_bytes(driver))
    if result.status != ExecStatus.COMMAND_OK:
        raise pg.error_from_result(result)


def _commit(connection: sqlalchemy.Connection) -> None:
    try:
        connection.commit()
    except Exception as error:
        _abandon(connection)
        named = _named(error)
        if isinstance(named, Unavailable):
            message = f"connection lost at COMMIT: {error}"
            raise OutcomeUnknown(message) from error
        raise named from error


def _abandon(connection: sqlalchemy.Connection) -> None:
    """Roll back; a connection that cannot even do that is thrown away."""
    try:
        connection.rollback()
    except (DBAPIError, psycopg.Error):
        connection.invalidate()


def _named(error: BaseException) -> BaseException:
    """The error under the name that says what to do; the error itself when it is none of ours to name."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, _CONFLICT):
        return Conflict(str(cause))
    if isinstance(cause, UnicodeEncodeError) or (isinstance(cause, pg.DataError) and "NUL" in str(cause)):
        return Rejected("text", ["a text holds a NUL byte, or half of a character"])
    if isinstance(error, PoolTimeoutError | DisconnectionError):
        return Unavailable(str(error))
    if isinstance(cause, psycopg.Error) and _is_unavailable(cause):
        return Unavailable(str(cause))
    return error


def _is_unavailable(error: psycopg.Error) -> bool:
    if isinstance(error, _UNAVAILABLE):
        return True
    if error.sqlstate is not None:
        return error.sqlstate[:2] in _UNAVAILABLE_CLASSES
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)  # no code: the connection itself
