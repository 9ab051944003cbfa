"""Let anybody tell of a hazard, without a sign-in, a cookie, a script or a trace, and see later what became of it."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, NoReturn

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import ValidationError

from contracts.divisions import Divisions
from contracts.vocabulary import Level
from runtime import photograph
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.errors import Rejected
from runtime.pages import Frame
from runtime.vault import KEY_BYTES, Vault
from runtime.web import Problem
from services.intake.core import guard
from services.intake.core.committees import Committees
from services.intake.core.quota import Quota
from services.intake.core.tip_offs.rules import SHANGHAI
from services.intake.core.tip_offs.senders import EACH, EVERYBODY, TOGETHER, sender_of
from services.intake.core.tip_offs.tip_off import MOST_PHOTOGRAPHS, Submission, TipOff, stage
from services.intake.handlers.tip_offs import NotOpen, TipOffDesk
from services.intake.store import quotas

PAGE_LIMIT: Final = MOST_PHOTOGRAPHS * photograph.MAX_BYTES + (64 << 10)  # bytes
AT_ONCE: Final = 2  # photographs that are decoded side by side
_HOUR: Final = timedelta(hours=1).total_seconds()

CLOSED: Final = "网上举报还没有开通，请拨打当地的举报电话。"
BUSY: Final = "提交太频繁，请过一段时间再试。如果情况紧急，请直接拨打当地的举报电话。"
WRONG: Final[Mapping[str, str]] = {
    "tenant": "请选择隐患所在的地区。",
    "category": "请选择举报类别。",
    "story": "请写清楚情况（5 到 2000 字，不能含有不可显示的字符）。",
    "place": "地点最多 100 字。",
    "name": "姓名最多 100 字。",
    "phone": "电话最多 100 字。",
}

Typed = Annotated[str, Form()]
"""Of any length within the body's limit: the model says in words what is wrong."""


class Visitors:
    """Lets the page's visitors in at a pace that all API processes keep together, and forgets them."""

    def __init__(self, database: Database, clock: Clock, header: str, vault: Vault | None) -> None:
        """`header` names what our own proxy writes the sender's address into; empty without a proxy."""
        self._database = database
        self._clock = clock
        self._header = header
        self._key = secrets.token_bytes(KEY_BYTES) if vault is None else vault.derived("senders of tip-offs")

    def wait(self, request: Request) -> int:
        """Seconds until this visitor may act again, 0 where they may now."""
        address = request.headers.get(self._header, "") if self._header else ""
        if not address and request.client is not None:
            address = request.client.host
        today = self._clock.now().astimezone(SHANGHAI).date()
        sender = sender_of(address.strip(), key=self._key, today=today)
        try:
            with self._database.begin() as work:
                _draw(work, sender, EACH)
                _draw(work, EVERYBODY, TOGETHER)
        except _TooSoon as error:  # with the transaction goes what was drawn, and the row of a new sender
            return min(int(_HOUR), max(1, round(error.wait)))
        return 0


class _TooSoon(Exception):
    """A visitor has to wait, so many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


def _draw(work: Work, name: bytes, quota: Quota) -> None:
    _, wait = quotas.draw_tokens(work, quotas.OF_SENDERS, name, quota, 1)
    if wait:
        raise _TooSoon(wait)


class PublicDoor:
    """What the page and the API share."""

    def __init__(self, desk: TipOffDesk, visitors: Visitors, divisions: Divisions, committees: Committees) -> None:
        self.desk = desk
        self.visitors = visitors
        self.areas = _areas(divisions, committees)
        self._decoding = threading.BoundedSemaphore(AT_ONCE)

    def take(self, said: Mapping[str, Any], photographs: Sequence[bytes] = ()) -> str:
        """Take a tip-off in; returns its receipt code. Raises ValidationError, Rejected, NotOpen, BadPhotograph."""
        submission = Submission.model_validate(dict(said))
        if submission.tenant not in self.areas:
            raise Rejected("bad_tenant", [WRONG["tenant"]])
        if len(photographs) > MOST_PHOTOGRAPHS:
            raise Rejected("too_many", [f"照片最多 {MOST_PHOTOGRAPHS} 张。"])
        if self.desk.vault is None:
            raise NotOpen
        with self._decoding:
            cleaned = [photograph.clean(body) for body in photographs]
        return self.desk.receive(submission, cleaned)


def router(door: PublicDoor) -> APIRouter:
    """The API of the public door."""
    routes = APIRouter(tags=["tip-offs"])

    @routes.post("/v1/tip-offs", status_code=HTTPStatus.CREATED, openapi_extra=_DOCUMENTED)
    async def post_tip_off(request: Request) -> JSONResponse:
        """Tell of a hazard; who tells it need not say who they are. The receipt code is told this once."""
        body = await request.body()
        return await run_in_threadpool(_posted, door, request, body)

    return routes


def pages(door: PublicDoor, frame: Frame) -> APIRouter:
    """The form, and what became of a tip-off. Codes travel in bodies, so that no address or log holds one."""
    routes, made = frame.router(), _Pages(door, frame)

    @routes.get("/tip-off")
    def ask(request: Request, area: str = "") -> HTMLResponse:
        """The form; `area` comes from a poster's code."""
        return made.form(request, {"tenant": area})

    @routes.post("/tip-off")
    async def take(
        request: Request,
        tenant: Typed = "",
        category: Typed = "",
        story: Typed = "",
        place: Typed = "",
        name: Typed = "",
        phone: Typed = "",
        photographs: Annotated[list[UploadFile] | None, File()] = None,
    ) -> HTMLResponse:
        """Take it in and show the receipt code, this once."""
        given = {
            "tenant": tenant,
            "category": category,
            "story": story,
            "place": place,
            "name": name,
            "phone": phone,
        }
        bodies = [await file.read() for file in photographs or [] if file.filename or file.size]
        return await run_in_threadpool(made.take, request, given, bodies)

    @routes.get("/tip-off/status")
    def ask_status(request: Request) -> HTMLResponse:
        """Ask for the code."""
        return made.status(request)

    @routes.post("/tip-off/status")
    def status(request: Request, code: Typed = "") -> HTMLResponse:
        """What became of it, for whoever holds the code."""
        return made.found(request, code)

    return routes


class _Pages:
    """Makes the public pages."""

    def __init__(self, door: PublicDoor, frame: Frame) -> None:
        self._door = door
        self._frame = frame

    def form(
        self, request: Request, given: Mapping[str, str], wrong: Sequence[str] = (), status: int = HTTPStatus.OK
    ) -> HTMLResponse:
        """The form with what was typed, and what is wrong with it."""
        return self._page(
            request,
            "tip_off.html",
            status,
            is_open=self._door.desk.vault is not None,
            areas=self._door.areas,
            given={**dict.fromkeys(WRONG, ""), **given},
            wrong=wrong,
            most=MOST_PHOTOGRAPHS,
        )

    def take(self, request: Request, given: Mapping[str, str], bodies: Sequence[bytes]) -> HTMLResponse:
        """The receipt, or the form again."""
        if self._door.visitors.wait(request):
            return self.form(request, given, [BUSY], HTTPStatus.TOO_MANY_REQUESTS)
        try:
            code = self._door.take(given, bodies)
        except ValidationError as error:
            return self.form(request, given, _named(error), HTTPStatus.BAD_REQUEST)
        except Rejected as error:
            return self.form(request, given, error.detail or [WRONG["category"]], HTTPStatus.BAD_REQUEST)
        except photograph.BadPhotograph as error:
            return self.form(request, given, [str(error)], HTTPStatus.BAD_REQUEST)
        except NotOpen:
            return self.form(request, given, (), HTTPStatus.SERVICE_UNAVAILABLE)
        return self._page(request, "tip_off_taken.html", HTTPStatus.CREATED, code=code, rules=self._door.desk.rules)

    def found(self, request: Request, code: str) -> HTMLResponse:
        """What became of a tip-off."""
        if self._door.visitors.wait(request):
            return self.status(request, wrong=BUSY, status=HTTPStatus.TOO_MANY_REQUESTS)
        found = self._door.desk.by_code(code)
        if found is None:
            return self.status(request, wrong="没有这个回执码，请核对后再试。", status=HTTPStatus.NOT_FOUND)
        return self.status(request, tip_off=found)

    def status(
        self, request: Request, *, tip_off: TipOff | None = None, wrong: str = "", status: int = HTTPStatus.OK
    ) -> HTMLResponse:
        """The question for a code, or the answer."""
        how_far = stage(tip_off) if tip_off else None
        return self._page(request, "tip_off_status.html", status, tip_off=tip_off, wrong=wrong, stage=how_far)

    def _page(self, request: Request, name: str, status: int, **shown: Any) -> HTMLResponse:
        categories = self._door.desk.rules.categories
        return self._frame.page(request, name, as_of=None, status=status, bare=True, categories=categories, **shown)


def _posted(door: PublicDoor, request: Request, body: bytes) -> JSONResponse:
    if wait := door.visitors.wait(request):
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, BUSY, headers={"retry-after": str(wait)})
    read = guard.read_object(body)
    if isinstance(read, guard.Refusal):
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is no JSON object", errors=[{"reason": read.reason}])
    try:
        return JSONResponse({"receipt": door.take(read)}, HTTPStatus.CREATED)
    except ValidationError as error:
        _refuse([{"pointer": "/" + "/".join(map(str, one["loc"])), "detail": one["msg"]} for one in error.errors()])
    except Rejected as error:
        _refuse([{"detail": sentence} for sentence in error.detail])
    except NotOpen:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, CLOSED) from None


def _refuse(errors: Sequence[Mapping[str, str]]) -> NoReturn:
    raise Problem(HTTPStatus.BAD_REQUEST, "the tip-off cannot be taken as it is", errors=errors) from None


def _named(error: ValidationError) -> list[str]:
    """What is wrong, field by field, and never what was written."""
    return list(dict.fromkeys(WRONG.get(str(one["loc"][0]), "请检查填写的内容。") for one in error.errors()))


def _areas(divisions: Divisions, committees: Committees) -> dict[str, str]:
    """Counties and zones that a committee of ours answers for, with their full names; a county with a pack included."""
    return {
        division.code: divisions.full_name(division.code)
        for division in divisions
        if division.level is Level.COUNTY and not division.replaced_by and committees.of(division.code)
    }


_TEXT = {"type": "string"}
_DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["tenant", "category", "story"],
                    "properties": {
                        "tenant": {**_TEXT, "pattern": "^[0-9]{6,12}$", "description": "division code of the county"},
                        "category": {**_TEXT, "maxLength": 64, "description": "one of policies/tip-offs.yaml"},
                        "story": {**_TEXT, "minLength": 5, "maxLength": 2000},
                        "place": {**_TEXT, "maxLength": 100},
                        "name": {**_TEXT, "maxLength": 100},
                        "phone": {**_TEXT, "maxLength": 100},
                    },
                }
            }
        },
    },
}
