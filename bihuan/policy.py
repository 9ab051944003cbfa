"""Put policy packs into force: a fact like any other, through the people's topic before anything follows from it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bihuan.policy_book import listed, show
from bihuan.policy_check import check
from bihuan.policy_explain import diff, explain
from bihuan.policy_migrate import migrate

if TYPE_CHECKING:
    from runtime.settings import ProcessSettings
    from services.escalation.packs import PackFile

app = typer.Typer(no_args_is_help=True, help="Policy packs: check, compare and explain them, put them into force.")
app.command("check")(check)
app.command("explain")(explain)
app.command("diff")(diff)
app.command("migrate")(migrate)
app.command("list")(listed)
app.command("show")(show)

ACTIVATED = "policy.activated.v1"
WAIT_SECONDS = 30.0  # for the broker to take a record


@app.callback()
def _group() -> None:
    """Keep the commands below the word `policy`, be there one or many."""


@app.command()
def activate(
    pack: Annotated[str, typer.Argument(help="The pack's id; or --all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every pack of the installation.")] = False,
    by: Annotated[str, typer.Option(help="Handle of who decided it; absent: the account at the keyboard.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    document_no: Annotated[str, typer.Option(help="The document that decided it.")] = "",
) -> None:
    """Check a pack and put it into force for its committee, with its children; what is in force already stays so."""
    from bihuan.connection import settings_of
    from bihuan.intake import who
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings

    if bool(pack) == every:
        raise typer.BadParameter("name one pack, or say --all")
    signed = Signed(by or who(), reason, document_no)
    try:
        done = activate_all(settings_of(ProcessSettings), signed, only=pack, say=print)
    except (LookupError, ValueError, Unavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    if not done:
        print("nothing to do: in force already")


class Signed(NamedTuple):
    """Who decided it, why, and by which document."""

    by: str = "bihuan"
    reason: str = ""
    document_no: str = ""


def activate_all(
    settings: "ProcessSettings",
    signed: Signed = Signed(),
    *,
    only: str = "",
    say: Callable[[str], None] | None = None,
) -> list[str]:
    """Announce every pack (or `only` one and its children) whose text was not announced before; returns their ids.

    LookupError for a pack that is not there, ValueError for one with a fault or whose version is kept with another
    text, Unavailable without a broker.
    """
    from bihuan import people_topic
    from contracts.topics import PEOPLE_FACTS
    from runtime import broker
    from runtime.clock import SystemClock
    from services.escalation.packs import read_packs

    everything = read_packs(settings.policies_dir)
    wanted = [found for found in everything if only in ("", found.pack.id, found.pack.child_of)]
    if only not in {"", *(found.pack.id for found in wanted)}:
        raise LookupError(f"no pack {only!r}; packs: {', '.join(sorted(found.pack.id for found in everything))}")
    _check(settings, [found.pack.id for found in wanted])
    announced = _announced(settings, {activation_id(found): found.pack.root for found in wanted})
    fresh = [found for found in wanted if activation_id(found) not in announced]
    _check_versions(settings, fresh)
    now = SystemClock(settings.clock_file).now()
    if fresh:
        people_topic.note(settings, [found.pack.root for found in fresh])
        with closing(broker.producer(settings, client_id="bihuan-policy")) as producer:
            sent = [
                producer.send(
                    PEOPLE_FACTS,
                    key=found.pack.root.encode(),
                    value=activation(found, signed, now),
                    headers=[("content-type", b"application/cloudevents+json")],
                )
                for found in fresh
            ]
            for one in sent:
                one.get(WAIT_SECONDS)
    for found in fresh if say else ():
        say(f"{found.pack.id} version {found.pack.version} is in force for {found.pack.root}")  # type: ignore[misc]  # say is given
    return [found.pack.id for found in fresh]


def _check(settings: "ProcessSettings", wanted: Sequence[str]) -> None:
    """Refuse packs with a fault: nobody is bound by what cannot be meant."""
    from bihuan.policy_check import faults
    from contracts import divisions
    from policies import files

    paths = [path for path in files.pack_files(settings.policies_dir) if files.read(path).get("id") in wanted]
    wrong = [fault for fault in faults(paths, divisions.load()) if fault.kind == "fault"]
    if wrong:
        raise ValueError("\n".join([*map(str, wrong), "nothing was put into force: mend the pack first"]))


def _check_versions(settings: "ProcessSettings", wanted: Sequence["PackFile"]) -> None:
    """Refuse another text under an id and version that are kept, and another root: what ran under them stays readable."""
    from bihuan.policy_book import opened
    from services.escalation.store import lawbook

    with opened(settings) as using:
        rows = lawbook.kept(using)
    kept = {(row.pack, row.version): row.digest for row in rows}
    roots = {row.pack: row.committee for row in rows}
    for found in wanted:
        if (root := roots.get(found.pack.id, found.pack.root)) != found.pack.root:
            raise ValueError(
                f"{found.pack.id}: it is the pack of {root}, and this text says {found.pack.root}\n"
                "a pack keeps its root: give that of another committee an id of its own"
            )
        if kept.get(found.version, found.digest) != found.digest:
            raise ValueError(
                f"{found.pack.id}: version {found.pack.version!r} is kept with another text\n"
                f"give the new text a version of its own; bihuan policy show {found.pack.id} prints what is in force"
            )


def activation_id(found: "PackFile") -> str:
    """The same for the same text: a pack is put into force once."""
    return f"policy-activated/{found.pack.root}/{found.pack.id}/{found.pack.version}/{found.digest[:12]}"


def activation(found: "PackFile", signed: Signed, now: datetime) -> bytes:
    """The structured CloudEvent that says it, with the text: the log alone gives the law back."""
    import msgspec

    from contracts.topics import PEOPLE_SOURCE

    pack = found.pack
    words = {"by": signed.by, "reason": signed.reason or None, "document_no": signed.document_no or None}
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
                "digest": found.digest,
                "text": found.text.decode(),
            }
            | {key: word for key, word in words.items() if word},
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
    from bihuan.policy_book import opened
    from contracts.topics import PEOPLE_SOURCE

    with opened(settings) as using:
        using.execute(
            "SELECT event_id FROM fact WHERE committee = ANY(%s) AND source = %s AND event_id = ANY(%s)",
            (list(wanted.values()), PEOPLE_SOURCE, list(wanted)),
        )
        return {event_id for (event_id,) in using.fetchall()}
