"""Show how good the data of each upstream system is, what was refused and why, and let people replay and import."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE
from contracts.topics import TIP_OFF_SLUG
from contracts.vocabulary import Door
from runtime.access import Principal, Who
from runtime.database import Work
from runtime.dead_letters import DeadLetter, State
from runtime.pages import Frame, Trouble
from runtime.web import Problem
from services.intake.api.imports import ImportDoor, Upload
from services.intake.api.letters import Identity, LetterDoor, cursor_of, read_cursor
from services.intake.core.ledger.rows import REMARKS
from services.intake.core.reasons import EXPLANATIONS, Explanation, Reason
from services.intake.handlers.importing import Report
from services.intake.handlers.taking import SHANGHAI
from services.intake.store import days, letters

PAGE: Final = 50
LATELY: Final = timedelta(days=7)
SILENT: Final = timedelta(hours=24)
"""A source is shown as silent after this; a matter of display only."""

REFUSED_SHOWN: Final = 100
REMARKS_SHOWN: Final = 50
STATES: Final = {"open": "待处理", "replayed": "已重放", "dismissed": "已搁置"}
ACTS: Final[Mapping[str, str]] = {
    "rows": "行数",
    "refused": "退回的行",
    "new": "新增事件",
    "corrected": "更正事件",
    "voided": "作废事件",
    "unchanged": "与上次相同",
}


def pages(
    door: LetterDoor, imports: ImportDoor, mappings: Callable[[], Sequence[str]], divisions: Divisions, frame: Frame
) -> APIRouter:
    """Quality by source, dead letters, import."""
    frame.environment.filters["area"] = lambda code: divisions.full_name(code) if code else "—"
    frame.environment.globals |= {
        "explained": explained,
        "STATES": STATES,
        "ACTS": ACTS,
        "REMARKS": REMARKS,
        "door_name": lambda word: Door(word).chinese if word in set(Door) else word,
    }
    router = frame.router()
    _add_quality(router, door, frame)
    _add_letters(router, door, frame)
    _add_import(router, door, imports, mappings, frame)
    return router


def explained(reason: str) -> Explanation:
    """What is wrong and what mends it, in Chinese; a reason of the machine itself is named as it is."""
    known = EXPLANATIONS.get(Reason(reason)) if reason in set(Reason) else None
    return known or Explanation(f"系统记下的原因：{reason}", "把这条记录交给维护人员。")


def _add_quality(router: APIRouter, door: LetterDoor, frame: Frame) -> None:
    @router.get("/quality")
    def quality(request: Request, who: Who) -> HTMLResponse:
        """Each source: how much, how late, how much refused and why, since when silent.

        Of a source that speaks for more than one's own area there are no numbers: they would be of other areas too.
        """
        now = door.clock.now()
        with door.database.begin() as work:
            scopes = door.doorkeeper.admission(work).scopes
            found = days.quality(work, (now - LATELY).astimezone(SHANGHAI).date())
            why = days.reasons(work, now - LATELY)
        seen = [
            source
            for source in found
            if source.slug != TIP_OFF_SLUG and scopes.shared(tuple(source.tenants), who.tenants)
        ]
        whole = {source.slug for source in seen if scopes.narrower(source.tenants, who.tenants)}
        sees_all = EVERYWHERE in who.tenants
        return frame.page(
            request,
            "quality.html",
            as_of=now,
            sources=seen,
            whole=whole,
            reasons=[(slug, reason, count) for slug, reason, count in why if slug in whole or sees_all],
            silent=SILENT,
            days=LATELY.days,
        )


def _add_letters(router: APIRouter, door: LetterDoor, frame: Frame) -> None:
    @router.get("/dead-letters")
    def listed(
        request: Request,
        state: State = "open",
        cursor: Annotated[str, Query(max_length=64)] = "",
    ) -> HTMLResponse:
        """What was refused, the newest first."""
        before = read_cursor(cursor) if cursor else None
        with door.database.begin() as work:
            sight = door.sight(work, door.tenants(work, request))
            found, then = letters.page(work, state=state, before=before, limit=PAGE, may_see=sight)
        following = "" if then is None else cursor_of(then)
        return frame.page(
            request,
            "dead_letters.html",
            as_of=door.clock.now(),
            letters=found,
            state=state,
            cursor=cursor,
            following=following,
        )

    @router.get("/dead-letters/{identity}")
    def one(request: Request, identity: Identity) -> HTMLResponse:
        """One refused event: what is wrong, how to mend it, and what was sent."""
        with door.database.begin() as work:
            letter = _seen(door, work, request, identity)
        return frame.page(request, "dead_letter.html", as_of=None, letter=letter, text=_text(letter), replayed=None)

    @router.post("/dead-letters/{identity}")
    def replay(request: Request, identity: Identity) -> HTMLResponse:
        """Send it through the validator again, and say what came of it."""
        try:
            result = door.replay(request, identity)
        except Problem as problem:
            sentence = "这条记录已经处理过了。" if problem.status_code == HTTPStatus.CONFLICT else _GONE
            raise Trouble(problem.status_code, sentence) from problem
        with door.database.begin() as work:
            letter = _seen(door, work, request, identity)
        return frame.page(request, "dead_letter.html", as_of=None, letter=letter, text=_text(letter), replayed=result)


def _add_import(
    router: APIRouter, door: LetterDoor, imports: ImportDoor, mappings: Callable[[], Sequence[str]], frame: Frame
) -> None:
    @router.get("/imports")
    def form(request: Request, who: Who) -> HTMLResponse:
        """The form; nothing is sent before the preview was looked at."""
        return _form(request, who, None, dry_run=True)

    @router.post("/imports")
    async def take(
        request: Request,
        who: Who,
        file: Annotated[UploadFile, File()],
        source: Annotated[str, Form(max_length=64)],
        tenant: Annotated[str, Form(max_length=12)],
        act: Annotated[str, Form(pattern="^(preview|import)$")] = "preview",
        mapping: Annotated[str, Form(max_length=64)] = "",
    ) -> HTMLResponse:
        """Say what an import would do, or do it."""
        upload = Upload(
            name=file.filename or "",
            body=await file.read(),
            mapping=mapping,
            tenant=tenant.strip(),
            dry_run=act == "preview",
            live=None,
        )
        report = await run_in_threadpool(run, who.tenants, who.name, upload, source)
        return _form(request, who, report, dry_run=upload.dry_run)

    def run(tenants: tuple[str, ...], name: str, upload: Upload, slug: str) -> Report:
        with door.database.begin() as work:
            admission = door.doorkeeper.admission(work, fresh=True)
        named = admission.registry.named(slug)
        if named is None or not named.is_upstream:
            raise Trouble(HTTPStatus.BAD_REQUEST, "没有登记这个来源系统，请从列表中选择。")
        if not upload.tenant.isdigit() or not upload.body:
            raise Trouble(HTTPStatus.BAD_REQUEST, "请选择文件，并填写 6 到 12 位的区划代码。")
        try:
            return imports.run(upload, admission, named, tenants=tenants, asked_by=name)
        except Problem as problem:
            forbidden = problem.status_code == HTTPStatus.FORBIDDEN
            sentence = "这个区划代码不在您的范围内，或者没有适用的政策。" if forbidden else str(problem.detail)
            raise Trouble(problem.status_code, sentence) from problem

    def _form(request: Request, who: Principal, report: Report | None, *, dry_run: bool) -> HTMLResponse:
        with door.database.begin() as work:
            admission = door.doorkeeper.admission(work)
        upstream = [source for source in admission.registry.sources if source.is_upstream]
        return frame.page(
            request,
            "imports.html",
            as_of=None,
            sources=[source for source in upstream if admission.scopes.shared(source.tenants, who.tenants)],
            mappings=mappings(),
            report=report,
            dry_run=dry_run,
            refused=report.refused[:REFUSED_SHOWN] if report else [],
            kept=report.kept[:REMARKS_SHOWN] if report else [],
        )


_GONE: Final = "没有这条记录，或者它不在您的范围内。"


def _seen(door: LetterDoor, work: Work, request: Request, identity: int) -> DeadLetter:
    try:
        return door.letter(work, request, identity)
    except Problem as problem:
        raise Trouble(problem.status_code, _GONE) from problem


def _text(letter: DeadLetter) -> str:
    """What was sent as far as it is text; other bytes are shown as signs of replacement."""
    return letter.body.decode("utf-8", "replace")
