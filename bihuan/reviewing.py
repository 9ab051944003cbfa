"""Go through stored cases beside the running services, reading only, and say in words what would change in them."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from runtime.settings import ProcessSettings
    from services.escalation.core.engine import Engine
    from services.escalation.store.bulk import Cursor
    from services.escalation.store.review import Act, Change, Stretch

Form = Literal["words", "jsonl"]
STATUS_WORDS = {
    "raised": "将新作出",
    "proposed": "将新提出建议",
    "provisional": "将暂定",
    "coalesced": "将并入更高一级",
    "cleared": "将结束",
    "retracted": "将撤销",
    "questioned": "将要求复核",
    "confirmed": "将改为已确认",
    "rejected": "将改为已否决",
}
"""Every status with what becoming it would mean."""
NO_CLOCK = "无"


@contextmanager
def reading(settings: "ProcessSettings") -> Iterator[tuple["Cursor", "Engine"]]:
    """A cursor that sees one moment and writes nothing, and an engine with the law that is in force."""
    from contracts import divisions
    from runtime.database import Database
    from services.escalation.core.engine import Engine
    from services.escalation.packs import read_packs
    from services.escalation.store import bulk, recorded
    from services.escalation.store.lawbook import LawBook

    book = LawBook(read_packs(settings.policies_dir), divisions.load())
    database = Database(
        settings.database_url.get_secret_value(), schema="escalation", application_name="bihuan review", pool_size=1
    )
    with closing(database), database.begin() as work:
        recorded.begin_reading(work)
        using = bulk.cursor(work)
        yield using, Engine(book.law(using, writes=False))


def each(using: "Cursor", engine: "Engine", act: "Act", committee: str = "") -> Iterator["Stretch"]:
    """What the act would change in every open case, stretch by stretch."""
    from services.escalation.store import review

    return review.changes(using, engine, engine.law.divisions.columns_of, act, committee)


def watched(stretches: Iterable["Stretch"], total: int) -> Iterator["Stretch"]:
    """The same, with a bar on a terminal."""
    if not sys.stderr.isatty():
        yield from stretches
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), redirect_stdout=False) as progress:  # results stay on stdout
        task = progress.add_task("核对", total=total)
        for stretch in stretches:
            progress.advance(task, stretch.seen)
            yield stretch


def told(changes: Iterable["Change"], form: Form) -> Iterator[str]:
    """Each decision and each deadline that would change, as a sentence or as a record."""
    import msgspec

    from services.escalation.core.wording import in_local_time

    for change in changes:
        name = f"{change.key.committee} {change.key.kind} {change.key.id}"
        for record in map(in_local_time, change.records):
            if form == "jsonl":
                yield msgspec.json.encode(record).decode()
                continue
            rung = f" {record.step}" if record.step else ""
            word = STATUS_WORDS[record.status]
            yield f"{name}：{word} {record.rule}{rung}（{record.measure}，{_shown(record.at)}）：{record.reason}"
        if change.before != change.after and form == "words":
            yield f"{name}：下一期限由{_shown(change.before)}改为{_shown(change.after)}"


def _shown(moment: datetime | None) -> str:
    from services.escalation.core.calendar import SHANGHAI

    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else NO_CLOCK
