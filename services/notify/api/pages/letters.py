"""Show letters to sign and letters that are out, and let people work on one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.vocabulary import LetterKind, LetterState, NoticeState
from runtime.access import Who
from runtime.database import Database
from runtime.pages import Frame, Trouble
from services.notify.api.letters import LARGEST_SCAN, SCAN_BEGINNINGS
from services.notify.api.notices import write_cursor
from services.notify.api.pages import said
from services.notify.api.pages.said import Done
from services.notify.api.pages.turning import place_of
from services.notify.api.restricted import sees_restricted
from services.notify.core.letters.content import Party, Unfit
from services.notify.core.letters.delivery import number_of
from services.notify.core.letters.letter import DRAFTS, ISSUED, Basis, IllegalMove, Letter
from services.notify.core.letters.publishing import is_public
from services.notify.core.letters.wording import BY_HAND
from services.notify.core.messages import deadline_words
from services.notify.handlers.letters.office import Office, Stale, Unknown
from services.notify.store import letters
from services.notify.store.letter_listing import Wanted, list_letters, trail_of
from services.notify.store.letters import StandsAlready

PAGE: Final = 50
LONGEST: Final = 2000


class Shelf(NamedTuple):
    """One list of letters: its word in the address, its title, and the states it shows."""

    word: str
    title: str
    states: tuple[LetterState, ...]


SHELVES: Final = (
    Shelf("sign", "待签发", (LetterState.DRAFTED, LetterState.EDITED)),
    Shelf("open", "待签收", (LetterState.SIGNED, LetterState.SENT)),
    Shelf("answered", "已签收、已回复", (LetterState.RECEIVED, LetterState.REPLIED)),
    Shelf("ended", "已撤销、已作废", (LetterState.WITHDRAWN, LetterState.DISCARDED)),
)
BASES: Final[Mapping[Basis, str]] = {
    Basis.STANDS: "",
    Basis.ENDED: "事由已解除",
    Basis.QUESTIONED: "依据存疑",
    Basis.GONE: "依据已撤回",
}
ACTS: Final[Mapping[str, str]] = {
    "drafted": "起草",
    "edited": "修改",
    "signed": "签发",
    "discarded": "作废",
    "handed_over": "纸质送达",
    "received": "签收",
    "replied": "回复",
    "withdrawn": "被撤销",
    "missed": "逾期未复",
    "rebuilt": "按日志重建",
}


def add(router: APIRouter, *, database: Database, office: Office, frame: Frame) -> None:
    """The list and one page for each letter."""
    frame.environment.globals |= {
        "letter_bases": BASES,
        "letter_acts": ACTS,
        "notice_state": lambda word: NoticeState(word).chinese,
    }
    frame.environment.filters["letter_number"] = lambda letter: number_of(letter, office.rules.organ(letter.organ))
    frame.environment.filters["term"] = lambda moment: deadline_words(moment.isoformat())
    frame.environment.filters["groups"] = _groups
    frame.environment.filters["organ"] = lambda letter: office.rules.organ(letter.organ).name
    _add_reading(router, database, office, frame)
    _add_draft_acts(router, office)
    _add_issued_acts(router, office)


def _add_reading(router: APIRouter, database: Database, office: Office, frame: Frame) -> None:
    @router.get("/letters")
    def list_(
        request: Request,
        who: Who,
        shelf: str = "sign",
        cursor: Annotated[str, Query(max_length=200)] = "",
        done: Done = "",
    ) -> HTMLResponse:
        """Letters to sign, letters that are out, letters that are answered, letters that ended; newest first."""
        chosen = next((each for each in SHELVES if each.word == shelf), SHELVES[0])
        before, before_id = place_of(cursor)
        wanted = Wanted(
            states=[state.value for state in chosen.states],
            sees_restricted=sees_restricted(who),
            before=before,
            before_id=before_id,
            limit=PAGE + 1,  # one more tells whether another page follows
        )
        with database.begin() as work:
            found = list_letters(work, wanted)
        last = found[PAGE - 1] if len(found) > PAGE else None
        return frame.page(
            request,
            "letters.html",
            as_of=frame.now(),
            letters=found[:PAGE],
            next_cursor=write_cursor(last.drafted_at, last.id) if last else "",
            is_first=not cursor,
            shelves=SHELVES,
            chosen=chosen,
            done=done,
        )

    @router.get("/letters/{letter_id}")
    def one(request: Request, letter_id: str, done: Done = "") -> HTMLResponse:
        """One letter as it reads, what was done about it, and what may be done."""
        with database.begin() as work:
            found = letters.by_id(work, [letter_id])
            if letter_id not in found:
                raise Trouble(HTTPStatus.NOT_FOUND, "没有这份公文。")
            letter, trail = found[letter_id], trail_of(work, letter_id)
        return frame.page(
            request,
            "letter.html",
            as_of=frame.now(),
            letter=letter,
            paper=office.laid_out(letter),
            trail=trail,
            is_draft=letter.state in DRAFTS,
            is_issued=letter.state in ISSUED,
            is_talk=letter.kind is LetterKind.TALK_NOTICE,
            is_public=is_public(letter),
            others=[kind for kind in LetterKind if kind in BY_HAND and kind is not letter.kind],
            done=done,
        )


def _add_draft_acts(router: APIRouter, office: Office) -> None:
    @router.post("/letters/{letter_id}/edit")
    def edit(
        who: Who,
        letter_id: str,
        revision: Annotated[int, Form()],
        title: Annotated[str, Form(max_length=200)],
        opening: Annotated[str, Form(max_length=LONGEST * 4)],
        addressees: Annotated[str, Form(max_length=LONGEST)] = "",
        demands: Annotated[str, Form(max_length=LONGEST * 4)] = "",
        closing: Annotated[str, Form(max_length=200)] = "",
        copies: Annotated[str, Form(max_length=LONGEST)] = "",
        reply_by: Annotated[str, Form(max_length=10)] = "",
    ) -> RedirectResponse:
        """Replace the text of a draft by what stands in the form."""
        with in_words():
            now = office.read(letter_id).content
        changes: dict[str, Any] = {
            "title": title,
            "addressees": _parties(addressees, now.addressees),
            "opening": opening.splitlines(),
            "demands": demands.splitlines(),
            "closing": closing,
            "copies": _parties(copies, now.copies),
            "reply_by": reply_by or None,
        }
        return _done(said.EDITED, lambda: office.edit(letter_id, changes, by=who.name, revision=revision))

    @router.post("/letters/{letter_id}/sign")
    def sign(who: Who, letter_id: str, revision: Annotated[int, Form()]) -> RedirectResponse:
        """Sign a draft as it was read."""
        return _done(said.SIGNED, lambda: office.sign(letter_id, by=who.name, revision=revision))

    @router.post("/letters/{letter_id}/discard")
    def discard(who: Who, letter_id: str, reason: Annotated[str, Form(max_length=500)]) -> RedirectResponse:
        """Give up a draft."""
        return _done(said.DISCARDED, lambda: office.discard(letter_id, by=who.name, reason=_said(reason)))


def _add_issued_acts(router: APIRouter, office: Office) -> None:
    @router.post("/letters/{letter_id}/beside")
    def beside(who: Who, letter_id: str, kind: Annotated[LetterKind, Form()]) -> RedirectResponse:
        """Draft a letter of another kind about the same decision, and go to it."""
        with in_words():
            decision_id = office.read(letter_id).decision_id
        return _done(said.DRAFTED, lambda: office.draft(decision_id, kind, by=who.name))

    @router.post("/letters/{letter_id}/withdraw")
    def withdraw(who: Who, letter_id: str, reason: Annotated[str, Form(max_length=500)]) -> RedirectResponse:
        """Draft the letter that takes this one back, and go to it."""
        return _done(said.WITHDRAWN, lambda: office.withdraw(letter_id, by=who.name, reason=_said(reason)))

    @router.post("/letters/{letter_id}/minutes")
    def minutes(who: Who, letter_id: str) -> RedirectResponse:
        """Draft the minutes of a talk, and go to them."""
        return _done(said.MINUTES, lambda: office.minutes(letter_id, by=who.name))

    @router.post("/letters/{letter_id}/receipt")
    def receipt(
        who: Who,
        letter_id: str,
        receiver: Annotated[str, Form(max_length=200)],
        note: Annotated[str, Form(max_length=200)] = "",
    ) -> RedirectResponse:
        """Note a receipt that came on paper or by telephone."""
        return _done(said.RECEIVED, lambda: office.receive(letter_id, receiver=_said(receiver), by=who.name, note=note))

    @router.post("/letters/{letter_id}/reply")
    def reply(who: Who, letter_id: str, text: Annotated[str, Form(max_length=LONGEST)]) -> RedirectResponse:
        """Note an answer."""
        return _done(said.REPLIED, lambda: office.reply(letter_id, by=who.name, text=_said(text)))

    @router.post("/letters/{letter_id}/scan")
    def scan(who: Who, letter_id: str, file: UploadFile) -> RedirectResponse:
        """Keep the scan of a signed receipt."""
        content = file.file.read(LARGEST_SCAN + 1)
        kinds = [kind for kind, begins in SCAN_BEGINNINGS.items() if content.startswith(begins)]
        if not kinds or len(content) > LARGEST_SCAN:
            raise Trouble(HTTPStatus.BAD_REQUEST, "扫描件应为 PDF、JPEG 或 PNG，不超过 10 MB。请重新选择文件。")
        name = (file.filename or "回执")[:200]
        return _done(
            said.SCANNED,
            lambda: office.keep_scan(letter_id, name=name, media_type=kinds[0], file=content, by=who.name),
        )


def _done(sentence: str, act: Callable[[], Letter]) -> RedirectResponse:
    """Do it and show the letter that it led to."""
    with in_words():
        letter = act()
    return RedirectResponse(said.led(f"/letters/{letter.id}", sentence), HTTPStatus.SEE_OTHER)


@contextmanager
def in_words() -> Iterator[None]:
    """Say as a page what an office refuses."""
    try:
        yield
    except Unknown as error:
        raise Trouble(HTTPStatus.NOT_FOUND, "没有这份公文。") from error
    except Stale as error:
        raise Trouble(HTTPStatus.CONFLICT, "这份公文在您打开以后被修改过，请返回刷新后再操作。") from error
    except StandsAlready as error:
        raise Trouble(HTTPStatus.CONFLICT, "同一事项已有一份有效的同类公文，不能重复发出。") from error
    except (IllegalMove, Unfit) as error:
        raise Trouble(HTTPStatus.CONFLICT, f"{error}。", title="不能这样办理") from error


def _parties(names: str, known: tuple[Party, ...]) -> list[dict[str, Any]]:
    """One group a line, its parties parted by 、; who was there before keeps the unit by which its office is found."""
    units = {party.name: party.unit for party in known}
    groups = [[name for name in map(str.strip, line.split("、")) if name] for line in names.splitlines()]
    return [
        {"name": name, "unit": units.get(name, name), "beside": n > 0}
        for group in groups
        for n, name in enumerate(group)
    ]


def _groups(parties: tuple[Party, ...]) -> str:
    """The parties as `_parties` reads them."""
    return "".join(("、" if party.beside else "\n") + party.name for party in parties).lstrip("\n")


def _said(text: str) -> str:
    if not text.strip():
        raise Trouble(HTTPStatus.BAD_REQUEST, "请填写理由或内容。")
    return text.strip()
