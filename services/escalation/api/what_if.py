"""Answer what another policy would have decided: a job beside the service, whose progress can be asked for."""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from contracts.roles import EVERYWHERE
from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.web import Problem
from services.escalation.api.answers import as_json, documented, encode
from services.escalation.core.law import Law
from services.escalation.core.what_if import Difference
from services.escalation.core.wording import in_local_time
from services.escalation.packs import PackFile, read_pack
from services.escalation.store import bulk, jobs, trial
from services.escalation.store.jobs import DONE, FAILED, RUNNING, Job
from services.escalation.store.lawbook import LawBook
from services.escalation.store.trial import Question

MOST_SHOWN: Final = 1_000  # differences; more are counted, and `bihuan what-if` prints them all
LONGEST_TEXT: Final = 200_000  # characters
SILENT_FOR: Final = timedelta(minutes=2)  # a job that gave no sign of life was broken off with its process
SIGN_EVERY: Final = 5.0  # seconds

_logger = get(__name__)


class Asked(BaseModel):
    """What another policy would have decided: its text, and over which time and divisions."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=LONGEST_TEXT, description="the pack, YAML; its id is the one in the path")
    since: AwareDatetime | None = Field(None, description="decisions known from this instant on; absent: all")
    until: AwareDatetime | None = Field(None, description="up to this instant; absent: up to now")
    tenant: str = Field("", pattern=r"^([0-9]{6,12})?$", description="in this division and below it; empty: everywhere")


def add(router: APIRouter, database: Database, book: LawBook, clock: Clock) -> None:
    """Add the routes; one question is worked on at a time."""
    turn = threading.Lock()

    @router.post("/policies/{pack}/what-if", status_code=HTTPStatus.ACCEPTED, response_class=Response)
    def ask(who: Who, pack: Annotated[str, Path(max_length=64)], asked: Asked) -> Response:
        """Who would have been listed, talked to or reminded under this text: 202 with a job, `GET /v1/what-ifs/{id}`."""
        found = _pack_in(asked, pack)
        tenants = [asked.tenant] if asked.tenant else [one for one in who.tenants if one != EVERYWHERE]
        with database.begin(who.tenants) as work:
            law = book.law(bulk.cursor(work), writes=False)
            if not all(who.reaches(tenant, law.divisions) for tenant in tenants):
                raise Problem(HTTPStatus.NOT_FOUND, "no such division")
            if found.pack.root not in law.committees():
                raise _bad("text", f"no facts of {found.pack.root} are recorded: nothing to try it on")
            if jobs.running_since(work, clock.now() - SILENT_FOR):
                raise Problem(HTTPStatus.CONFLICT, "another question is being worked on; ask again when it has ended")
            job, question = clock.uuid(), asked.model_dump(mode="json", exclude={"text"}) | {"pack": found.pack.id}
            columns = law.divisions.columns_of(tenants[0] if tenants else found.pack.root)
            work.concerns.update(tenants or [found.pack.root])
            jobs.ask(work, job, found.pack.root, columns, question | {"sha256": found.digest}, clock.now())
        wanted = Question([found.pack], asked.since, asked.until, tenants)
        threading.Thread(target=_answer, args=(database, law, clock, job, wanted, turn), daemon=True).start()
        return Response(encode({"id": job, "state": RUNNING}), HTTPStatus.ACCEPTED, media_type="application/json")

    @router.get("/what-ifs/{job}", response_class=Response, responses=documented("id", "state", "progress", "answer"))
    def told(who: Who, job: UUID) -> Response:
        """How far a question is, and its answer: differences in words and as records, counted by measure."""
        with database.begin(who.tenants) as work:
            found = jobs.find(work, job)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, "nobody asked that")
        return as_json(_shown(found, clock.now()))


def _pack_in(asked: Asked, pack: str) -> PackFile:
    try:
        found = read_pack(asked.text.encode())
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "the text is no pack",
            errors=[{"pointer": "/text", "detail": one} for one in faults],
        ) from error
    except ValueError as error:
        raise _bad("text", "the text is no YAML mapping in UTF-8") from error
    if found.pack.id != pack:
        raise _bad("text", f"the text is the pack {found.pack.id}, the path names {pack}")
    return found


def _bad(pointer: str, detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail, errors=[{"pointer": f"/{pointer}", "detail": detail}])


def _answer(database: Database, law: Law, clock: Clock, job: UUID, question: Question, turn: threading.Lock) -> None:
    """Work on one question; whatever ends it is written down."""
    said: float | None = None

    def progress(done: int, total: int) -> None:
        """The first word says how much there is to do."""
        nonlocal said
        if said is None or done == total or clock.monotonic() - said > SIGN_EVERY:
            said = clock.monotonic()
            with database.begin([EVERYWHERE]) as work:
                jobs.move(work, job, done, total, clock.now())

    state, answer = FAILED, {"detail": "the question could not be answered; the log of the service says why"}
    with turn:
        try:
            with database.begin([EVERYWHERE]) as work:
                state, answer = DONE, _counted(trial.differences(work, law, question, progress))
        except (Unavailable, Conflict):
            answer = {"detail": "the database was away; ask again"}
        finally:  # what else ended it goes on, and is told in the log as the end of any thread is
            _end(database, clock, job, state, answer)


def _end(database: Database, clock: Clock, job: UUID, state: str, answer: dict[str, Any]) -> None:
    try:
        with database.begin([EVERYWHERE]) as work:
            jobs.end(work, job, state, answer, clock.now())
    except (Unavailable, Conflict) as error:  # the job is shown as broken off
        _logger.warning("answer not kept", job=str(job), error=str(error))


def _counted(found: Iterable[Difference]) -> dict[str, Any]:
    counts: Counter[tuple[str, str, str]] = Counter()
    shown: list[dict[str, Any]] = []
    for one in found:
        counts[one.way, one.shown.rule, one.shown.measure] += 1
        if len(shown) < MOST_SHOWN:
            shown.append(as_record(one))
    sums = [
        {"way": way, "rule": rule, "measure": measure, "count": n} for (way, rule, measure), n in sorted(counts.items())
    ]
    return {"summary": sums, "differences": shown, "more": sum(counts.values()) - len(shown)}


def as_record(one: Difference) -> dict[str, Any]:
    """A difference as a record: in words, and the decisions under both laws."""
    before, after = ((found and in_local_time(found)) for found in (one.before, one.after))
    return {"way": one.way, "sentence": one.sentence, "before": before, "after": after}


def _shown(job: Job, now: datetime) -> dict[str, Any]:
    broken_off = job.state == RUNNING and now - job.seen_at > SILENT_FOR
    detail = {"detail": "the process that worked on it has ended; ask again"}
    return {
        "id": job.id,
        "state": FAILED if broken_off else job.state,
        "question": job.question,
        "progress": {"done": job.done, "total": job.total},
        "asked_at": job.asked_at,
        "answer": detail if broken_off else job.answer,
    }
