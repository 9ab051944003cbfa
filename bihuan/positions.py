"""Show where each slot's reader stands, and let a person say where a stopped one goes on."""

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.database import Database
    from runtime.positions import Position, Slot

app = typer.Typer(no_args_is_help=True, help="Where each slot's reader stands; accept the position of a stopped slot.")

SERVICES = ("intake", "escalation", "notify", "reporting")

Service = Annotated[str, typer.Option(help=f"Whose readers: {', '.join(SERVICES)}.")]
Topic = Annotated[str, typer.Option(help="Only this topic.")]
Slots = Annotated[
    list[int] | None, typer.Option("--slot", help="This slot; may be given again. Else every stopped one.")
]
OnlyStopped = Annotated[bool, typer.Option("--stopped", help="Only slots that do not move.")]
At = Annotated[
    str,
    typer.Option(
        help="Where to go on: `here` (the stored position), `start` or `end` of the log, or an offset. "
        "What lies between the stored position and a later one is never applied."
    ),
]


@app.command("list")
def list_(service: Service = "", topic: Topic = "", only_stopped: OnlyStopped = False) -> None:
    """Print position, range of the log, lag, owner and what stopped the slot."""
    from rich.console import Console
    from rich.table import Table

    table = Table("service", "slot", "position", "log", "lag", "sequence", "owner", "stopped")
    for name in [service] if _known(service) else SERVICES:
        rows = [row for row in _rows(name) if topic in {"", row.topic} and (row.stopped or not only_stopped)]
        ranges = _ranges(row.at for row in rows)
        for row in rows:
            low, high = ranges.get(row.at, (None, None))
            table.add_row(
                name,
                str(row.at),
                str(row.next_offset),
                "?" if low is None else f"{low} .. {high}",
                "?" if high is None else str(high - row.next_offset),
                f"{row.last_incarnation}:{row.last_number}",
                row.owner,
                row.stopped or "",
            )
    Console().print(table)


@app.command()
def accept(service: Service, topic: Topic, at: At, slots: Slots = None) -> None:
    """Let slots go on from a position; a running worker of the service starts again by itself."""
    from bihuan.connection import settings_of
    from runtime.broker import Admin
    from runtime.positions import accept_position
    from runtime.settings import ProcessSettings

    if not _known(service):
        _refuse(f"--service has to be one of {', '.join(SERVICES)}")
    rows = [row for row in _rows(service) if row.topic == topic]
    chosen = [row for row in rows if (row.slot in slots if slots else row.stopped)]
    if not chosen:
        _refuse(f"{service} has no such position in {topic}" if slots else f"{service} has no stopped slot in {topic}")
    admin = Admin(settings_of(ProcessSettings), client_id="bihuan-positions")
    topic_id = admin.topic_ids([topic]).get(topic)
    admin.close()
    if topic_id is None:
        _refuse(f"the broker has no topic {topic}")
    ranges = _ranges(row.at for row in chosen)
    offsets = {row.at: _offset(at, row, ranges[row.at]) for row in chosen}
    with closing(_database(service)) as database, database.begin() as work:
        for slot, offset in offsets.items():
            accept_position(work, slot, next_offset=offset, topic_id=topic_id)
    for row in chosen:
        print(f"{row.at}: {row.next_offset} -> {offsets[row.at]}")


@app.command("new-log")
def new_log() -> None:
    """The brokers were lost with their log: every reader begins at the start of the topics that were made anew.

    Only where a topic is another one than the position was read from. The services must not run. What the lost log held
    and the database does not has to be sent again by the upstream systems; what is known already changes nothing.
    """
    from bihuan.connection import settings_of
    from runtime.broker import Admin
    from runtime.positions import accept_position
    from runtime.settings import ProcessSettings

    with closing(Admin(settings_of(ProcessSettings), client_id="bihuan-positions")) as admin:
        for service in SERVICES:
            rows = _rows(service)
            topics = sorted({row.topic for row in rows})
            ids = admin.topic_ids(topics) if topics else {}
            if missing := sorted(set(topics) - ids.keys()):
                _refuse(f"the brokers have no {', '.join(missing)}: first bihuan topics")
            anew = [row for row in rows if row.topic_id is not None and row.topic_id != ids[row.topic]]
            ranges = _ranges(row.at for row in anew)
            with closing(_database(service)) as database, database.begin() as work:
                for row in anew:
                    accept_position(work, row.at, next_offset=ranges[row.at][0], topic_id=ids[row.topic])
            print(f"{service}: {len(anew)} of {len(rows)} positions at the start of a new log")


def _known(service: str) -> bool:
    if service and service not in SERVICES:
        _refuse(f"--service has to be one of {', '.join(SERVICES)}")
    return bool(service)


def _offset(at: str, row: "Position", log: tuple[int, int]) -> int:
    low, high = log
    offset = {"here": row.next_offset, "start": low, "end": high}.get(at)
    if offset is None:
        if not at.isascii() or not at.isdigit():
            _refuse("--at has to be here, start, end or an offset")
        offset = int(at)
    if not low <= offset <= high:
        _refuse(f"{row.at}: offset {offset} is outside the log [{low}, {high}]")
    return offset


def _database(service: str) -> "Database":
    from bihuan.connection import settings_of
    from runtime.database import Database
    from runtime.settings import ProcessSettings

    url = settings_of(ProcessSettings).database_url.get_secret_value()
    return Database(url, schema=service, application_name="bihuan positions", pool_size=1)


def _rows(service: str) -> "list[Position]":
    from runtime.positions import list_positions

    with closing(_database(service)) as database, database.begin() as work:
        return list_positions(work)


def _ranges(slots: "Iterable[Slot]") -> "dict[Slot, tuple[int, int]]":
    """The logs' ranges; empty where the broker does not answer: positions can be listed without it."""
    from bihuan.connection import settings_of
    from runtime import broker
    from runtime.errors import Unavailable
    from runtime.positions import Slot
    from runtime.settings import ProcessSettings

    partitions = [broker.Partition(*slot) for slot in slots]
    if not partitions:
        return {}
    try:
        reader = broker.consumer(settings_of(ProcessSettings), client_id="bihuan-positions")
    except Unavailable as error:
        print(error, file=sys.stderr)
        return {}
    try:
        return {Slot(*partition): found for partition, found in broker.ranges(reader, partitions).items()}
    except Unavailable as error:
        print(error, file=sys.stderr)
        return {}
    finally:
        reader.close()


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)
