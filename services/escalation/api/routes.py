"""Add the routes of decisions, of what waits for a person, and of one hazard's timeline."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.decisions import Decision
from contracts.divisions import Divisions
from contracts.fields import MaybeName, Text
from contracts.vocabulary import Measure, RuleId, Status, SubjectKind
from runtime.access import Principal, Who
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.web import Problem
from services.escalation.api import pictures, policies, problem_list, what_if, workdays
from services.escalation.api.answers import as_json, bad, documented, encode
from services.escalation.api.deciding import Deciding, PersonsWord, Refusal, Refused
from services.escalation.core.gate import may_see_restricted
from services.escalation.core.law import Law
from services.escalation.core.withholding import withheld_document
from services.escalation.store import bulk, reading
from services.escalation.store.lawbook import LawBook
from services.escalation.store.people import Standing
from services.escalation.store.reading import HazardName, Mark

LARGEST_PAGE: Final = 200
SMALLEST_PAGE: Final = 50
LONGEST_CURSOR: Final = 1_000
LONGEST_ID: Final = 300
TEXT: Final = r"^[^\x00]*$"

Tenant = Annotated[str, Query(pattern=r"^([0-9]{6,12})?$", description="division code: it and everything below it")]
Cursor = Annotated[str, Query(max_length=LONGEST_CURSOR, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Word = Annotated[str, Query(max_length=LONGEST_ID, pattern=TEXT)]
DecisionId = Annotated[str, Path(max_length=LONGEST_ID, pattern=TEXT)]
Answer = Annotated[Literal["confirm", "reject"], Path(description="yes or no")]

_read_record: Final = msgspec.json.Decoder(Decision).decode
_read_mark: Final = msgspec.json.Decoder(tuple[datetime, str, str]).decode


class WordShape(BaseModel):
    """What a person decides: why, and the document that says so; who it is says the session."""

    model_config = ConfigDict(extra="forbid")

    reason: Text = Field(description="why")
    document_no: MaybeName = Field(None, description="the document's number; needed to confirm")


def routes(database: Database, divisions: Divisions, book: LawBook, clock: Clock) -> APIRouter:
    """The routes under `/v1`."""
    router = APIRouter(prefix="/v1", tags=["escalation"])
    _add_decisions(router, database, divisions, book)
    _add_words(router, Deciding(database, book, clock))
    _add_timeline(router, database)
    policies.add(router, database, book)
    what_if.add(router, database, book, clock)
    pictures.add(router, database, book, clock)
    problem_list.add(router, database, book)
    workdays.add(router, database, book)
    return router


def _add_decisions(router: APIRouter, database: Database, divisions: Divisions, book: LawBook) -> None:
    """Where each decision stands, and what waits for a person."""

    @router.get("/decisions", response_class=Response, responses=documented("items", "next"))
    def decisions(
        *,
        who: Who,
        tenant: Tenant = "",
        rule: RuleId | None = None,
        status: Status | None = None,
        measure: Measure | None = None,
        subject: Annotated[Word, Query(description="id of the subject")] = "",
        subject_kind: SubjectKind | None = None,
        since: Annotated[datetime | None, Query(description="known from this instant on")] = None,
        cursor: Cursor = "",
        limit: Limit = SMALLEST_PAGE,
    ) -> Response:
        """Where each decision stands, the newest record first; follow `next` until it is null."""
        asked = {
            "rule": rule,
            "status": status,
            "measure": measure,
            "subject_id": subject,
            "subject_kind": subject_kind,
        }
        if since is not None and since.tzinfo is None:
            raise bad("since", "an instant needs its offset, as 2023-05-08T09:00:00+08:00")
        with database.begin(who.tenants) as work:
            page = reading.decisions(
                work,
                divisions,
                tenant=tenant,
                since=since,
                words={column: str(word) for column, word in asked.items() if word},
                after=mark_in(cursor),
                limit=limit,
            )
        return _page(page, who)

    @router.get("/decisions/{decision_id}", response_class=Response, responses=documented("items"))
    def decision(who: Who, decision_id: DecisionId) -> Response:
        """Every record of one decision, in the order in which they came about: the last one is where it stands."""
        with database.begin(who.tenants) as work:
            committees = book.law(bulk.cursor(work), writes=False).committees()
            found = reading.history(work, committees, decision_id)
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND, "no such decision")
        return as_json({"items": _shown(found, who)})

    @router.get("/proposals", response_class=Response, responses=documented("items", "next"))
    def proposals(who: Who, tenant: Tenant = "", cursor: Cursor = "", limit: Limit = SMALLEST_PAGE) -> Response:
        """What waits for a named person: proposed measures, and confirmed ones that became questionable.

        Beside a suspension stands what help the site got (`services`): nothing is simply stopped (S1-20).
        """
        with database.begin(who.tenants) as work:
            page = reading.decisions(work, divisions, tenant=tenant, waiting=True, after=mark_in(cursor), limit=limit)
            law = book.law(bulk.cursor(work), writes=False)
            shown = [_with_services(work, law, record) for record in page.records]
        return _page(page._replace(records=shown), who)


def _add_words(router: APIRouter, deciding: Deciding) -> None:
    """What a named person decides."""

    @router.post("/proposals/{decision_id}/{answer}", status_code=HTTPStatus.ACCEPTED, response_class=Response)
    def decide(who: Who, decision_id: DecisionId, answer: Answer, word: WordShape) -> Response:
        """Confirm or reject a proposal; of a questioned decision, uphold or lift it. 202: the log has it next."""
        taken = deciding.take(who, decision_id, PersonsWord(answer, word.reason, word.document_no))
        if isinstance(taken, Refused):
            raise _refused(taken)
        return Response(encode(taken._asdict()), HTTPStatus.ACCEPTED, media_type="application/json")


def _add_timeline(router: APIRouter, database: Database) -> None:
    """One hazard's story."""

    @router.get("/hazards/{hazard_id:path}/timeline", response_class=Response, responses=documented("hazard", "items"))
    def timeline(
        who: Who,
        hazard_id: Annotated[str, Path(max_length=LONGEST_ID, pattern=TEXT)],
        namespace: Annotated[Word | None, Query(description="of the upstream system, where several use the id")] = None,
        committee: Annotated[
            str, Query(pattern=r"^([0-9]{6,12})?$", description="root tenant, where several use it")
        ] = "",
    ) -> Response:
        """Every fact and every decision record of one hazard, in the order in which they became known."""
        with database.begin(who.tenants) as work:
            named = [
                name
                for name in reading.hazards_named(work, hazard_id)
                if namespace in (None, name.namespace) and committee in ("", name.committee)
            ]
            if not named:
                raise Problem(HTTPStatus.NOT_FOUND, "no such hazard")
            if len(named) > 1:
                raise _ambiguous(named)
            told = reading.timeline(work, named[0])
        shown = _shown([line.document for line in told], who)
        items = [
            {"kind": line.kind, "known_at": line.known_at, line.kind: document}
            for line, document in zip(told, shown, strict=True)
        ]
        return as_json({"hazard": named[0]._asdict(), "items": items})


def _page(page: reading.Page, who: Principal) -> Response:
    following = cursor_of(page.last) if page.last else None
    return as_json({"items": _shown(page.records, who), "next": following})


def _with_services(work: Work, law: Law, document: bytes) -> bytes:
    record = _read_record(document)
    if record.measure != Measure.SUSPENSION:
        return document
    return encode(msgspec.to_builtins(record) | {"services": pictures.help_given(work, law, record)})


def _shown(records: Sequence[bytes], who: Principal) -> list[msgspec.Raw]:
    """The records as this person may see them."""
    sees_all = may_see_restricted(who.roles)
    return [msgspec.Raw(record if sees_all else withheld_document(record)) for record in records]


def cursor_of(mark: Mark) -> str:
    """The cursor that names the place after a row."""
    return base64.urlsafe_b64encode(encode(tuple(mark))).decode("ascii").rstrip("=")


def mark_in(cursor: str) -> Mark | None:
    """The mark of a cursor; 400 for one that this list never gave out."""
    if not cursor:
        return None
    try:
        mark = Mark(*_read_mark(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)))
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise bad("cursor", "not a cursor of this list") from error
    if mark.known_at.tzinfo is None or "\x00" in mark.committee + mark.decision_id:
        raise bad("cursor", "not a cursor of this list")
    return mark


def _refused(refused: Refused) -> Problem:
    """Why a word was not taken, for a program."""
    match refused:
        case Refused(Refusal.NOT_ASKED, Standing(status=status)):
            return Problem(HTTPStatus.CONFLICT, f"nobody is asked about it: it is {status}")
        case Refused(Refusal.OTHER_LEVEL, Standing(level=level)):
            return Problem(HTTPStatus.CONFLICT, f"this waits for the level {level}, not for you")
        case Refused(Refusal.UNSIGNED):
            missing = {"pointer": "/document_no", "detail": "a proposal is confirmed by a document: give its number"}
            return Problem(HTTPStatus.BAD_REQUEST, "confirmed without document_no", errors=[missing])
        case Refused(Refusal.SAME_PERSON):
            return Problem(
                HTTPStatus.CONFLICT, "two persons have to confirm or uphold it, and you are the first: another has to"
            )
        case Refused(Refusal.TOO_LATE):
            return Problem(HTTPStatus.CONFLICT, "somebody has decided it already")
    return Problem(HTTPStatus.NOT_FOUND, "no such decision")


def _ambiguous(names: Sequence[HazardName]) -> Problem:
    choices = [
        {"parameter": "namespace", "detail": f"committee={name.committee}&namespace={name.namespace}"} for name in names
    ]
    return Problem(HTTPStatus.CONFLICT, "several upstream systems use this id; say which namespace", errors=choices)
