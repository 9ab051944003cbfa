"""`/v1/letters`: drafts to sign, issued letters with their receipts, and the templates they are made from."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from contracts.vocabulary import LetterKind, LetterState
from runtime.access import Who
from runtime.database import Database
from runtime.web import Problem
from services.notify.api.forms import Code, Word
from services.notify.api.letter_forms import (
    DraftForm,
    EditForm,
    LetterPage,
    LetterShown,
    LetterTrail,
    ReasonForm,
    ReceiptForm,
    ReplyForm,
    SignForm,
    changes_of,
    shown,
    trail,
)
from services.notify.api.notices import read_cursor, write_cursor
from services.notify.api.restricted import guarded, sees_restricted
from services.notify.core.letters.content import Unfit
from services.notify.core.letters.delivery import DOCX, file_name
from services.notify.core.letters.letter import IllegalMove, Letter
from services.notify.handlers.letters.office import Office, Stale, Unknown
from services.notify.store import letter_papers, letters
from services.notify.store.letter_listing import Wanted, list_letters, trail_of
from services.notify.store.letters import StandsAlready

if TYPE_CHECKING:
    from collections.abc import Iterator

Limit = Annotated[int, Query(ge=1, le=200, description="letters on one page")]
SCANS: Final = ("application/pdf", "image/jpeg", "image/png")
LARGEST_SCAN: Final = 10 << 20  # bytes

SCAN_BEGINNINGS: Final = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


def router(*, database: Database, office: Office) -> APIRouter:
    """The routes of letters."""
    routes = APIRouter(prefix="/v1/letters", tags=["letters"], dependencies=[guarded(database)])
    _add_reading(routes, database, office)
    _add_writing(routes, office)
    _add_answers(routes, database, office)
    return routes


@contextmanager
def told() -> "Iterator[None]":
    """Say in HTTP what an office refuses."""
    try:
        yield
    except Unknown as error:
        raise Problem(404, "no such letter, or no such decision") from error
    except Stale as error:
        raise Problem(409, "somebody changed the letter since it was read; load it again") from error
    except StandsAlready as error:
        raise Problem(409, "a letter of this kind about the same matter stands already") from error
    except IllegalMove as error:
        raise Problem(409, str(error)) from error
    except Unfit as error:
        raise Problem(422, str(error)) from error


def _add_reading(routes: APIRouter, database: Database, office: Office) -> None:
    @routes.get("")
    def get_letters(
        who: Who,
        state: Annotated[list[LetterState] | None, Query(description="may be given several times")] = None,
        kind: LetterKind | None = None,
        organ: Code | None = None,
        tenant: Code | None = None,
        decision_id: Word | None = None,
        cursor: Word | None = None,
        limit: Limit = 50,
    ) -> LetterPage:
        """Letters, newest first; in some states, of one kind or organ, about one decision, of a tenant with all below."""
        before = read_cursor(cursor) if cursor else (None, "")
        wanted = Wanted(
            states=[each.value for each in state] if state else None,
            kind=kind.value if kind else None,
            organ=organ,
            tenant=tenant,
            decision_id=decision_id,
            before=before[0],
            before_id=before[1],
            sees_restricted=sees_restricted(who),
            limit=limit + 1,
        )
        with database.begin() as work:
            found = list_letters(work, wanted)
        page = found[:limit]
        more = write_cursor(page[-1].drafted_at, page[-1].id) if len(found) > limit else None
        return LetterPage(letters=[shown(letter, office.rules) for letter in page], next=more)

    @routes.get("/{letter_id}")
    def get_letter(letter_id: Word) -> LetterTrail:
        """One letter with its text, its trail and its notices."""
        with database.begin() as work:
            found = letters.by_id(work, [letter_id])
            if letter_id not in found:
                raise Problem(404, "no such letter")
            return trail(found[letter_id], office.rules, trail_of(work, letter_id))

    @routes.get("/{letter_id}/document.docx", response_class=Response, responses=_file(DOCX))
    def get_document(letter_id: Word) -> Response:
        """The letter as it was signed; of a draft as it would look today, marked 送审稿."""
        with told():
            return docx_answer(*office.paper(letter_id), office)


def _add_writing(routes: APIRouter, office: Office) -> None:
    def answer(act: Callable[[], Letter]) -> LetterShown:
        with told():
            return shown(act(), office.rules)

    @routes.post("", status_code=201)
    def post_letter(who: Who, form: DraftForm) -> LetterShown:
        """Draft a letter of any kind by hand about a decision; 409 where there is one of this kind."""
        return answer(lambda: office.draft(form.decision_id, form.kind, by=who.name))

    @routes.patch("/{letter_id}")
    def patch_letter(who: Who, letter_id: Word, form: EditForm) -> LetterShown:
        """Replace parts of a draft; 409 where somebody changed it since, or it is no draft any more."""
        changes = changes_of(form.content)
        return answer(lambda: office.edit(letter_id, changes, by=who.name, revision=form.revision))

    @routes.post("/{letter_id}/sign")
    def sign(who: Who, letter_id: Word, form: SignForm) -> LetterShown:
        """Sign a draft: it gets its number and goes into the mail. 409 says why it cannot be signed."""
        return answer(lambda: office.sign(letter_id, by=who.name, revision=form.revision))

    @routes.post("/{letter_id}/discard")
    def discard(who: Who, letter_id: Word, form: ReasonForm) -> LetterShown:
        """Give up a draft."""
        return answer(lambda: office.discard(letter_id, by=who.name, reason=form.reason))

    @routes.post("/{letter_id}/withdraw")
    def withdraw(who: Who, letter_id: Word, form: ReasonForm) -> LetterShown:
        """Draft the letter that takes this one back; signing that one withdraws this one. Answers with the draft."""
        return answer(lambda: office.withdraw(letter_id, by=who.name, reason=form.reason))

    @routes.post("/{letter_id}/minutes")
    def minutes(who: Who, letter_id: Word) -> LetterShown:
        """Draft the minutes of a talk from its notice. Answers with the draft."""
        return answer(lambda: office.minutes(letter_id, by=who.name))


def _add_answers(routes: APIRouter, database: Database, office: Office) -> None:
    @routes.post("/{letter_id}/handed-over")
    def handed_over(who: Who, letter_id: Word, form: ReasonForm) -> LetterShown:
        """Note that an issued letter left on paper; `reason` says how."""
        with told():
            return shown(office.hand_over(letter_id, by=who.name, how=form.reason), office.rules)

    @routes.post("/{letter_id}/receipt")
    def receipt(who: Who, letter_id: Word, form: ReceiptForm) -> LetterShown:
        """Note that an addressee signed for it. The first receipt stops the reply clock."""
        with told():
            return shown(office.receive(letter_id, receiver=form.receiver, by=who.name, note=form.note), office.rules)

    @routes.post("/{letter_id}/reply")
    def reply(who: Who, letter_id: Word, form: ReplyForm) -> LetterShown:
        """Note an addressee's answer."""
        with told():
            return shown(office.reply(letter_id, by=who.name, text=form.text), office.rules)

    @routes.put("/{letter_id}/scan", openapi_extra=_body(*SCANS))
    async def put_scan(
        who: Who,
        letter_id: Word,
        request: Request,
        name: Annotated[Word, Query(min_length=1, description="the file's name")],
    ) -> LetterShown:
        """Upload the scan of a signed receipt: PDF, JPEG or PNG, at most 10 MB. It is a receipt."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        file = await request.body()
        if media_type not in SCANS or not file.startswith(SCAN_BEGINNINGS[media_type]):
            raise Problem(415, "send the file itself as application/pdf, image/jpeg or image/png")
        with told():
            kept = office.keep_scan(letter_id, name=name, media_type=media_type, file=file, by=who.name)
        return shown(kept, office.rules)

    @routes.get("/{letter_id}/scans/{scan_id}", response_class=Response, responses=_file(*SCANS))
    def get_scan(letter_id: Word, scan_id: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
        """One scan as it was uploaded."""
        with database.begin() as work:
            found = letter_papers.scan_of(work, letter_id, scan_id)
        if found is None:
            raise Problem(404, "no such scan")
        name, media_type, file = found
        return Response(file, media_type=media_type, headers=_saved_as(name))


def docx_answer(letter: Letter, docx: bytes, office: Office) -> Response:
    """A letter as a file to be saved."""
    name = f"{file_name(letter, office.rules.organ(letter.organ))}.docx"
    return Response(docx, media_type=DOCX, headers=_saved_as(name))


def _saved_as(name: str) -> dict[str, str]:
    """A browser saves it under this name and never opens it in place (RFC 6266)."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def _file(*media_types: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {200: {"description": "the file", "content": content}}


def _body(*media_types: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}
