"""Send a file of events: to the Kafka topics of their sources, or over HTTP with an outcome for each line."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bihuan import intake

if TYPE_CHECKING:
    from services.intake.core.lines import Line
    from services.intake.core.registry import Registry, Source

FAILED = 1
MOST_LINES = 500  # events a request
MOST_BYTES = 900_000  # bytes a request, below the door's mebibyte
MOST_UNREPORTED = 10_000  # records under way to the broker
SHOWN = 5  # unknown sources named
TRIES = 20  # at a door that asks to come again
KEY_HOURS = 1

Placed = tuple["Line", "Source"]


def publish(
    file: Annotated[Path, typer.Argument(help="Structured CloudEvents, one a line.", exists=True, dir_okay=False)],
    http: Annotated[bool, typer.Option("--http", help="Post to intake's API instead of Kafka.")] = False,
    url: Annotated[str, typer.Option(envvar="BIHUAN_INTAKE_URL", help="Address of intake's API.")] = "",
    key: Annotated[
        str, typer.Option(envvar="BIHUAN_API_KEY", help="Else one is made that ends with this command.")
    ] = "",
) -> None:
    """Send a file; a file of an unregistered source is refused as a whole.

    Over HTTP each refused line is printed with its reason, and the exit code is 1. Over Kafka refusals are found by
    `bihuan dead-letters list`.
    """
    with intake.database() as database, database.begin() as work:
        registry = intake.admission(work).registry
    count, sources = _survey(file, registry)
    if http:
        refused = _post(file, _place(file, registry, sources[0]), count, url or _local_url(), key)
        print(f"{count} 行已发送，{refused} 行被拒收")
    else:
        missing = [source.slug for source in sources if not source.topic]
        if missing:
            intake.refuse(f"来源 {'、'.join(missing)} 没有主题，改用 --http")
        refused = _produce(file, _place(file, registry, sources[0]), count)
        topics = ", ".join(source.topic or "" for source in sources)
        print(f"{count - refused} 行已写入 {topics}；被拒收的见 bihuan dead-letters list")
    if refused:
        raise typer.Exit(FAILED)


def _survey(file: Path, registry: "Registry") -> tuple[int, list["Source"]]:
    """Return how many lines there are and the sources they name, the first one first; ends where one is unknown."""
    from services.intake.core.lines import read_lines

    count = 0
    named: dict[str, None] = {}
    with file.open("rb") as lines:
        for line in read_lines(lines):
            count += 1
            if line.source:
                named.setdefault(line.source)
    if not named:
        intake.refuse(f"{file}：没有一行写明 source，不知道发往哪里")
    unknown = [name for name in named if registry.of_attribute(name) is None]
    if unknown:
        intake.refuse(
            f"{file}：来源没有登记：{'、'.join(unknown[:SHOWN])}\n"
            f"先登记：bihuan sources register SLUG --source {unknown[0]} --tenant CODE"
        )
    found = (registry.of_attribute(name) for name in named)
    return count, list(dict.fromkeys(source for source in found if source is not None))


def _place(file: Path, registry: "Registry", first: "Source") -> Iterator[Placed]:
    """Yield each line with its source; one that cannot be read goes with the line before it, to become a dead letter."""
    from services.intake.core.lines import read_lines

    source = first
    with file.open("rb") as lines:
        for line in read_lines(lines):
            source = registry.of_attribute(line.source or "") or source
            yield line, source


def _produce(file: Path, placed: Iterable[Placed], count: int) -> int:
    """Write the lines to the topics of their sources; return how many no message can hold."""
    from runtime import broker

    headers = [("content-type", b"application/cloudevents+json")]
    reports = []
    too_large = 0
    with (
        closing(broker.producer(intake.settings(), client_id="bihuan-publish")) as producer,
        _progress("发送", count) as advance,
    ):
        for line, source in placed:
            advance()
            if len(line.body) > MOST_BYTES:
                too_large += 1
                _complain_of_size(file, line)
                continue
            key = line.tenant.encode() if line.tenant else None
            reports.append(producer.send(source.topic, value=line.body, key=key, headers=headers))
            if len(reports) == MOST_UNREPORTED:
                _settle(producer, reports)
        _settle(producer, reports)
    return too_large


def _settle(producer: Any, reports: list[Any]) -> None:
    """Wait until every report is in; the first failure is raised."""
    producer.flush()
    for report in reports:
        report.get(timeout=60)
    reports.clear()


def _post(file: Path, placed: Iterable[Placed], count: int, url: str, key: str) -> int:
    """Post runs of lines of one source; return how many lines were refused."""
    refused = 0
    with _progress("发送", count) as advance:
        for source, run in groupby(placed, key=lambda pair: pair[1]):
            with _key(source, key) as token:
                for lines in _batches(line for line, _ in run):
                    refused += _post_batch(file, lines, url, token)
                    advance(len(lines))
    return refused


def _batches(lines: Iterable["Line"]) -> Iterator[list["Line"]]:
    """Cut lines into requests; one that is no JSON object goes alone, so that it spoils no other."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        full = len(batch) >= MOST_LINES or size + len(line.body) > MOST_BYTES
        if batch and (full or not line.readable or not batch[-1].readable):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.body) + 1
    if batch:
        yield batch


def _post_batch(file: Path, lines: Sequence["Line"], url: str, token: str) -> int:
    from services.intake.core.guard import MAX_BYTES
    from services.intake.handlers.posting import BATCH, ONE

    alone = len(lines) == 1
    if alone and len(lines[0].body) > MAX_BYTES:
        _complain_of_size(file, lines[0])
        return 1
    body = lines[0].body if alone else b"[" + b",".join(line.body for line in lines) + b"]"
    status, answer = _request(f"{url}/v1/events", body, {"content-type": ONE if alone else BATCH}, token)
    if status == 400 and alone:  # noqa: PLR2004 (it could not be read, so it is no dead letter)
        (error,) = answer["errors"]
        _complain(file, lines[0], error["reason"], f"{answer['detail']}{error['detail']} {error['mend']}")
        return 1
    if status != 202:  # noqa: PLR2004 (accepted)
        intake.refuse(f"{url} 答复 {status}：{answer.get('detail') or answer.get('title')}")
    refused = 0
    for line, outcome in zip(lines, answer["outcomes"], strict=True):
        if outcome["outcome"] in {"rejected", "conflict"}:
            refused += 1
            details = "；".join(f"{e.get('field', '')} {e['reason']}".strip() for e in outcome["errors"])
            _complain(file, line, outcome["reason"], f"{outcome['sentence']}{details} {outcome['mend']}")
    return refused


def _request(url: str, body: bytes, headers: dict[str, str], token: str) -> tuple[int, dict[str, Any]]:
    """Post, coming again when asked to; return status and JSON."""
    import json
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, body, {**headers, "authorization": f"Bearer {token}"})  # noqa: S310 (the operator's own address)
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (as above)
                return int(answer.status), json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in {429, 503}:
                return error.code, json.loads(error.read() or b"{}")
            time.sleep(float(error.headers.get("retry-after", 1)))
        except urllib.error.URLError as error:
            intake.refuse(f"连不上 {url}：{error.reason}")
    return 503, {"title": "一直没有空；稍后再发，已收的不会重复"}


def _key(source: "Source", given: str) -> AbstractContextManager[str]:
    """Give the key that was named, else one of this source's that is revoked when the lines are sent."""
    from bihuan import keys

    return nullcontext(given) if given else keys.lent(source, "bihuan publish", hours=KEY_HOURS)


def _local_url() -> str:
    from deploy.local import machine
    from deploy.local.ports import LOOPBACK

    return f"http://{LOOPBACK}:{machine.load().ports.of('intake', 'api')}"


def _complain_of_size(file: Path, line: "Line") -> None:
    from services.intake.core.reasons import EXPLANATIONS, Reason

    told = EXPLANATIONS[Reason.TOO_LARGE]
    _complain(file, line, Reason.TOO_LARGE, f"{told.sentence}{len(line.body)} 字节 {told.mend}")


def _complain(file: Path, line: "Line", reason: str, sentence: str) -> None:
    print(f"{file}:{line.number}: {reason}: {sentence}".rstrip(": "), file=sys.stderr)


@contextmanager
def _progress(what: str, total: int) -> Iterator[Any]:
    """Show how far it is, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _amount=1: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda amount=1: progress.advance(task, amount)
