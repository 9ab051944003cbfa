"""Put policy packs into force: a fact like any other, through the people's topic before anything follows from it."""

import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.policy_check import check
from bihuan.policy_explain import diff, explain

if TYPE_CHECKING:
    from runtime.settings import ProcessSettings
    from services.escalation.packs import PackFile

app = typer.Typer(no_args_is_help=True, help="Policy packs: check, compare and explain them, put them into force.")
app.command("check")(check)
app.command("explain")(explain)
app.command("diff")(diff)

ACTIVATED = "policy.activated.v1"
WAIT_SECONDS = 30.0  # for the broker to take a record


@app.callback()
def _group() -> None:
    """Keep the commands below the word `policy`, be there one or many."""


@app.command()
def activate(
    pack: Annotated[str, typer.Argument(help="The pack's id; or --all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every pack of the installation.")] = False,
    by: Annotated[str, typer.Option(help="Handle of who decided it.")] = "operator",
) -> None:
    """Put a pack into force for its committee, with the packs it brings along; what is in force already stays so."""
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings

    if bool(pack) == every:
        raise typer.BadParameter("name one pack, or say --all")
    try:
        done = activate_all(ProcessSettings(), by=by, only=pack, say=print)
    except (LookupError, ValueError, Unavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    if not done:
        print("nothing to do: in force already")


def activate_all(
    settings: "ProcessSettings", *, by: str = "bihuan", only: str = "", say: Callable[[str], None] | None = None
) -> list[str]:
    """Announce every pack (or `only` one) that was not announced before; returns the ids of the packs announced.

    LookupError for a pack that is not there, ValueError for one that cannot be read, Unavailable without a broker.
    """
    from contracts.topics import PEOPLE_FACTS
    from runtime import broker
    from runtime.clock import SystemClock
    from services.escalation.packs import read_packs

    heads = [found for found in read_packs(settings.policies_dir) if not found.pack.child_of]
    wanted = [found for found in heads if only in ("", found.pack.id)]
    if not wanted:
        raise LookupError(
            f"no pack {only!r} that stands by itself; packs: {', '.join(sorted(f.pack.id for f in heads))}"
        )
    announced = _announced(settings, {activation_id(found): found.pack.root for found in wanted})
    fresh = [found for found in wanted if activation_id(found) not in announced]
    now = SystemClock(settings.clock_file).now()
    if fresh:
        with closing(broker.producer(settings, client_id="bihuan-policy")) as producer:
            sent = [
                producer.send(
                    PEOPLE_FACTS,
                    key=found.pack.root.encode(),
                    value=activation(found, by=by, now=now),
                    headers=[("content-type", b"application/cloudevents+json")],
                )
                for found in fresh
            ]
            for one in sent:
                one.get(WAIT_SECONDS)
    for found in fresh if say else ():
        say(f"{found.pack.id} version {found.pack.version} is in force for {found.pack.root}")  # type: ignore[misc]  # say is given
    return [found.pack.id for found in fresh]


def activation_id(found: "PackFile") -> str:
    """The same for the same pack, version and committee: a pack is put into force once."""
    return f"policy-activated/{found.pack.root}/{found.pack.id}/{found.pack.version}"


def activation(found: "PackFile", *, by: str, now: datetime) -> bytes:
    """The structured CloudEvent that says it."""
    import msgspec

    from contracts.topics import PEOPLE_SOURCE

    pack, digest = found
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": activation_id(found),
            "source": PEOPLE_SOURCE,
            "type": ACTIVATED,
            "time": now,
            "tenant": pack.root,
            "datacontenttype": "application/json",
            "data": {
                "policy": pack.id,
                "version": pack.version,
                "effective_from": pack.effective_from,
                "by": by,
                "digest": digest,
            },
        }
    )


def _announced(settings: "ProcessSettings", wanted: Mapping[str, str]) -> set[str]:
    """Which of the facts (committees by id) are in the topic, or were taken in before the topic forgot them.

    The instant of an activation is that of the first one: said again, it would be another event under the same id.
    """
    return wanted.keys() & (_in_topic(settings) | _taken_in(settings, wanted))


def _in_topic(settings: "ProcessSettings") -> set[str]:
    import msgspec

    from contracts.topics import PEOPLE_FACTS
    from runtime import broker

    class Named(msgspec.Struct):
        id: str = ""

    partition = broker.Partition(PEOPLE_FACTS, 0)
    found: set[str] = set()
    with closing(broker.consumer(settings, client_id="bihuan-policy", isolation="read_uncommitted")) as reader:
        first, end = broker.ranges(reader, [partition])[partition]
        reader.assign([partition])
        reader.seek(partition, first)
        while reader.position(partition) < end:
            for record in reader.poll(timeout_ms=1000).get(partition, ()):
                try:
                    found.add(msgspec.json.decode(record.value or b"{}", type=Named).id)
                except msgspec.MsgspecError:
                    continue  # whatever it is, it is no activation of ours; intake says what is wrong with it
    return found


def _taken_in(settings: "ProcessSettings", wanted: Mapping[str, str]) -> set[str]:
    from contracts.topics import PEOPLE_SOURCE
    from runtime.database import Database

    database = Database(
        settings.database_url.get_secret_value(), schema="escalation", application_name="bihuan policy", pool_size=1
    )
    with closing(database), database.begin() as work:
        rows = work.connection.execute(
            "SELECT event_id FROM fact WHERE committee = ANY(%s) AND source = %s AND event_id = ANY(%s)",
            (list(wanted.values()), PEOPLE_SOURCE, list(wanted)),
        ).fetchall()
    return {event_id for (event_id,) in rows}
