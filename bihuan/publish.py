"""Send a file of events: to the Kafka topics of their sources, or over HTTP with an outcome for each line."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
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
    from services.intake.core.lines import read_lines

    with intake.database() as database, database.begin() as work:
        registry = intake.admission(work).registry
    with file.open("rb") as lines:
        placed = list(_place(file, list(read_lines(lines)), registry))
    if http:
        refused = _post(file, placed, url or _local_url(), key)
        print(f"{len(placed)} 行已发送，{refused} 行被拒收")
        if refused:
            raise typer.Exit(FAILED)
    else:
        _produce(placed)
        topics = ", ".join(sorted({source.topic or "" for _, source in placed}))
        print(f"{len(placed)} 行已写入 {topics}；被拒收的见 bihuan dead-letters list")


def _place(file: Path, lines: Sequence["Line"], registry: "Registry") -> Iterator[Placed]:
    """Find the source of each line; one that cannot be read goes with the line before it, to become a dead letter."""
    unknown = sorted({line.source for line in lines if line.source and registry.of_attribute(line.source) is None})
    if unknown:
        names = "、".join(unknown)
        intake.refuse(
            f"{file}：来源没有登记：{names}\n先登记：bihuan sources register SLUG --source {unknown[0]} --tenant CODE"
        )
    first = next((line.source for line in lines if line.source), None)
    if first is None:
        intake.refuse(f"{file}：没有一行写明 source，不知道发往哪里")
    source = registry.of_attribute(first)
    for line in lines:
        source = registry.of_attribute(line.source or "") or source
        if source is not None:
            yield line, source


def _produce(placed: Sequence[Placed]) -> None:
    from runtime import broker

    missing = sorted({source.slug for _, source in placed if not source.topic})
    if missing:
        intake.refuse(f"来源 {'、'.join(missing)} 没有主题，改用 --http")
    headers = [("content-type", b"application/cloudevents+json")]
    reports = []
    with closing(broker.producer(intake.settings(), client_id="bihuan-publish")) as producer:
        with _progress("发送", len(placed)) as advance:
            for line, source in placed:
                key = line.tenant.encode() if line.tenant else None
                reports.append(producer.send(source.topic, value=line.body, key=key, headers=headers))
                advance()
            producer.flush()
        for report in reports:
            report.get(timeout=60)


def _post(file: Path, placed: Sequence[Placed], url: str, key: str) -> int:
    """Post runs of lines of one source; return how many lines were refused."""
    refused = 0
    with _progress("发送", len(placed)) as advance:
        for source, run in groupby(placed, key=lambda pair: pair[1]):
            with _key(source, key) as token:
                for lines in _batches([line for line, _ in run]):
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
    from services.intake.handlers.posting import BATCH, ONE

    alone = len(lines) == 1
    body = lines[0].body if alone else b"[" + b",".join(line.body for line in lines) + b"]"
    status, answer = _request(f"{url}/v1/events", body, {"content-type": ONE if alone else BATCH}, token)
    if status in {400, 413} and alone:
        _complain(file, lines[0], answer.get("detail", ""), "")
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


@contextmanager
def _key(source: "Source", given: str) -> Iterator[str]:
    """Give the key that was named, else one of this source's that is revoked when the lines are sent."""
    if given:
        yield given
        return
    import secrets
    from datetime import timedelta

    from runtime.clock import SystemClock
    from services.intake.core import keys as core
    from services.intake.store import keys

    token = core.token_of(secrets.token_bytes(core.PREFIX_BYTES + core.SECRET_BYTES))
    prefix = core.prefix_of(token) or ""
    clock = SystemClock(intake.settings().clock_file)
    with intake.database() as database:
        with database.begin() as work:
            now = clock.now()
            key = core.ApiKey(
                prefix=prefix,
                digest=core.digest_of(token),
                slug=source.slug,
                tenants=source.tenants,
                operates=False,
                label="bihuan publish",
                created_at=now,
                expires_at=now + timedelta(hours=KEY_HOURS),
            )
            keys.add(work, key)
        try:
            yield token
        finally:
            with database.begin() as work:
                keys.revoke(work, prefix, clock.now())


def _local_url() -> str:
    from deploy.local import machine
    from deploy.local.ports import LOOPBACK

    return f"http://{LOOPBACK}:{machine.load().ports.of('intake', 'api')}"


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
