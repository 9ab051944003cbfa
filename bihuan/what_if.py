"""Ask what another policy would have decided over the facts that are recorded, beside the running services."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.reviewing import Form

if TYPE_CHECKING:
    from services.escalation.store.trial import Question

FAILED = 1
WAYS = {"added": "新增", "dropped": "不再", "moved": "变动"}


def what_if(
    policy: Annotated[str, typer.Option(help="A pack's file or id; its children come along.")],
    since: Annotated[str | None, typer.Option(help="Decisions known from this instant on (RFC 3339).")] = None,
    until: Annotated[str | None, typer.Option(help="Let time run up to this instant; else up to now.")] = None,
    tenant: Annotated[list[str] | None, typer.Option(help="Only in this division and below. Repeatable.")] = None,
    form: Annotated[Form, typer.Option("--format", help="Sentences, or one record a line.")] = "words",
) -> None:
    """List who would have been listed, talked to or reminded under another policy, over the recorded facts.

    Reads one moment of the database, writes nothing, and keeps its own cases in a temporary file.
    """
    from bihuan.simulate import instant, named_packs
    from runtime.errors import Unavailable
    from services.escalation.store.trial import Question

    packs = list(named_packs([policy]))
    question = Question(packs, instant(since, "--since"), instant(until, "--until"), tenant or [])
    try:
        sums = _print(question, form)
    except (LookupError, Unavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from None
    for (measure, way), number in sorted(sums.items()):
        print(f"{measure}：{WAYS[way]}{number}件", file=sys.stderr)
    if not sums:
        print("没有差别。", file=sys.stderr)


def _print(question: "Question", form: Form) -> Counter[tuple[str, str]]:
    """Print each difference; returns how many there are of each measure and way."""
    import msgspec

    from bihuan.connection import settings_of
    from contracts import divisions
    from runtime.database import Database
    from runtime.settings import ProcessSettings
    from services.escalation.api.what_if import as_record
    from services.escalation.core.what_if import MEASURES
    from services.escalation.packs import read_packs
    from services.escalation.store import bulk, trial
    from services.escalation.store.lawbook import LawBook

    settings, sums = settings_of(ProcessSettings), Counter[tuple[str, str]]()
    book = LawBook(read_packs(settings.policies_dir), divisions.load())
    database = Database(
        settings.database_url.get_secret_value(), schema="escalation", application_name="bihuan what-if", pool_size=1
    )
    with closing(database):
        with database.begin() as work:
            law = book.law(bulk.cursor(work), writes=False)
        root = question.packs[0].root
        if root not in law.committees():
            raise LookupError(f"no facts of {root} are recorded; committees: {', '.join(law.committees())}")
        with database.begin() as work, _progress() as progress:
            for one in trial.differences(work, law, question, progress):
                sums[MEASURES[one.shown.measure], one.way] += 1
                line = msgspec.json.encode(as_record(one)).decode()
                print(line if form == "jsonl" else f"{one.shown.tenant} {one.shown.subject.id}：{one.sentence}")
    return sums


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), redirect_stdout=False) as progress:  # results stay on stdout
        task = progress.add_task("推演", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
