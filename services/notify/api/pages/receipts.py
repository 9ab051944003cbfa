"""Let an addressee read a letter and sign for it, by the link that came with it and nothing else."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from runtime.clock import Clock
from runtime.database import Database
from runtime.pages import Frame, Trouble
from services.notify.api.letters import docx_answer
from services.notify.api.pages.letters import in_words
from services.notify.core.letters.letter import Letter
from services.notify.handlers.letters.office import Office
from services.notify.store import letter_papers, letters

NO_SUCH_LINK: Final = "签收链接无效或者已过期。请向发文机关索取，或者将签字盖章的回执扫描件交回发文机关。"
LONGEST_TOKEN: Final = 200


def add(router: APIRouter, *, database: Database, office: Office, frame: Frame, clock: Clock) -> None:
    """The page behind a link. A token that opens nothing says no more than that."""

    def opened(token: str) -> Letter:
        with database.begin() as work:
            link = letter_papers.link_of(work, token[:LONGEST_TOKEN], clock.now())
            if link is None:
                raise Trouble(HTTPStatus.NOT_FOUND, NO_SUCH_LINK)
            return letters.by_id(work, [link.letter_id])[link.letter_id]

    @router.get("/receipts/{token}")
    def read(request: Request, token: str) -> HTMLResponse:
        """What the letter is, and the form to sign for it."""
        letter = opened(token)
        return frame.page(
            request, "receipt.html", as_of=None, letter=letter, token=token, organ=office.rules.organ(letter.organ)
        )

    @router.post("/receipts/{token}")
    def sign_for(
        token: str,
        unit: Annotated[str, Form(max_length=100)],
        by: Annotated[str, Form(max_length=100)],
        reply: Annotated[str, Form(max_length=2000)] = "",
    ) -> RedirectResponse:
        """Sign for the letter, and answer at once where that is possible."""
        letter = opened(token)
        who = f"{unit.strip()} {by.strip()}".strip()
        if not unit.strip() or not by.strip():
            raise Trouble(HTTPStatus.BAD_REQUEST, "请填写签收单位和签收人。")
        with in_words():
            office.receive(letter.id, receiver=who, by=who, note="链接签收")
            if reply.strip():
                office.reply(letter.id, by=who, text=reply.strip())
        return RedirectResponse(f"/receipts/{token}", HTTPStatus.SEE_OTHER)

    @router.get("/receipts/{token}/letter.docx")
    def document(token: str) -> Response:
        """The letter as it was signed."""
        return docx_answer(*office.paper(opened(token).id), office)
