"""Show to everybody what was published: each text as the very file that a named person signed, and nothing else.

No account is needed, and no more is told than stands in the text: neither who signed it nor what it rests on.
"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from runtime.database import Database
from runtime.pages import Frame, Trouble
from runtime.web import Problem
from services.notify.api.forms import Word
from services.notify.api.letters import docx_answer
from services.notify.core.letters.delivery import DOCX, number_of
from services.notify.core.letters.letter import Letter
from services.notify.handlers.letters.office import Office, TakenBack, Unknown
from services.notify.store.letter_listing import published

MOST: Final = 200  # the newest; older ones stay at their own addresses
NO_SUCH: Final = "没有这份公开通告。"
TAKEN_BACK: Final = "这份公开通告已经撤销，不再公开。"


class Published(BaseModel):
    """One text that everybody may read."""

    id: str
    number: str = Field(description="文号")
    title: str
    organ_name: str
    issued_on: date | None
    sha256: str = Field(description="hash of the signed file; what `document` gives has this hash")
    document: str = Field(description="the path of the signed file")


def router(*, database: Database, office: Office) -> APIRouter:
    """The routes that machines of the media read."""
    routes = APIRouter(prefix="/v1/publications", tags=["publications"])

    @routes.get("")
    def get_publications() -> list[Published]:
        """The newest texts, the newest first."""
        with database.begin() as work:
            found = published(work, MOST)
        return [_shown(letter, office) for letter in found]

    @routes.get("/{publication_id}")
    def get_publication(publication_id: Word) -> Published:
        """One text; 410 where it was taken back."""
        letter, _ = _answered(lambda: office.published(publication_id))
        return _shown(letter, office)

    @routes.get("/{publication_id}/document.docx", response_class=Response, responses={200: _FILE})
    def get_document(publication_id: Word) -> Response:
        """The file byte for byte as it was signed; 410 where it was taken back."""
        letter, docx = _answered(lambda: office.published(publication_id))
        return docx_answer(letter, docx, office)

    return routes


def add(pages: APIRouter, *, database: Database, office: Office, frame: Frame) -> None:
    """The same for people: a list, and one page for each text."""

    @pages.get("/publications")
    def list_(request: Request) -> HTMLResponse:
        """What was published, the newest first."""
        with database.begin() as work:
            found = published(work, MOST)
        return frame.page(request, "publications.html", as_of=None, bare=True, letters=found)

    @pages.get("/publications/{publication_id}")
    def one(request: Request, publication_id: str) -> HTMLResponse:
        """One text as it reads, with its file and the file's hash."""
        try:
            letter, _ = office.published(publication_id)
        except TakenBack:
            raise Trouble(HTTPStatus.GONE, TAKEN_BACK) from None
        except Unknown:
            raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH) from None
        paper = office.laid_out(letter)
        return frame.page(request, "publication.html", as_of=None, bare=True, letter=letter, paper=paper)


def _answered(read: Callable[[], tuple[Letter, bytes]]) -> tuple[Letter, bytes]:
    try:
        return read()
    except TakenBack:
        raise Problem(HTTPStatus.GONE, "this text was taken back and is not public any more") from None
    except Unknown:
        raise Problem(HTTPStatus.NOT_FOUND, "no such publication") from None


def _shown(letter: Letter, office: Office) -> Published:
    organ = office.rules.organ(letter.organ)
    return Published(
        id=letter.id,
        number=number_of(letter, organ),
        title=letter.content.title,
        organ_name=organ.name,
        issued_on=letter.issued_on,
        sha256=letter.document_sha256,
        document=f"/v1/publications/{letter.id}/document.docx",
    )


_FILE: Final[dict[str, Any]] = {
    "description": "the signed file",
    "content": {DOCX: {"schema": {"type": "string", "format": "binary"}}},
}
