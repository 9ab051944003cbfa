"""Take orders of long exports and hand their files out: `POST /v1/exports`, then `GET /v1/exports/{id}` and its file."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.divisions import Divisions
from runtime.access import Principal, Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.web import Problem
from services.reporting.api.reports import headers_of
from services.reporting.api.shapes import local
from services.reporting.handlers.reports import FORMATS, BadAskError, Format, NoSuchFormError, Reports, Wish
from services.reporting.store import exports
from services.reporting.store.exports import DONE, FAILED, Export

MOST_UNFINISHED: Final = 3
"""Orders of one person that may wait at once."""
LISTED: Final = 50
_WORD: Final = r"^[^\x00]*$"
OF_SOME_SECTORS: Final = "您的岗位限于部分行业，不能预订导出；请在报表页直接打开，内容限于您的行业"
"""Who prints knows tenants and no sectors: rows of every sector would stand in the file."""


class Ordered(BaseModel):
    """What is to be printed; the words mean what they mean to `GET /v1/reports/{kind}`."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(pattern=r"^[a-z][a-z-]{0,39}$")
    tenant: str = Field(pattern=r"^[0-9]{6,12}$", description="division code of the unit that reports")
    day: Annotated[date | None, Field(alias="date", description="the day, or the last day of the period")] = None
    since: Annotated[date | None, Field(description="the first day of the period")] = None
    as_of: AwareDatetime | None = Field(None, description="as of when; absent: up to where the log is complete now")
    baseline: AwareDatetime | None = None
    team: str = Field("", max_length=64, pattern=_WORD)
    stage: str = Field("", max_length=64, pattern=_WORD)
    format: Format = "xlsx"


class ExportShape(BaseModel):
    """One order and how far it is. `rows` are printed so far; `file` is where the file is, once the state is done."""

    id: UUID
    kind: str
    tenant: str
    format: str
    state: str = Field(description="waiting, running, done or failed")
    rows: int
    error: str
    name: str
    size: int
    as_of: datetime
    asked_at: datetime
    ended_at: datetime | None
    expires_at: datetime
    file: str


class Orders:
    """Takes orders of exports, from the API and from the page alike; `kept` is how long a file is kept."""

    def __init__(
        self, database: Database, reports: Reports, divisions: Divisions, clock: Clock, kept: timedelta
    ) -> None:
        self._database = database
        self._reports = reports
        self._divisions = divisions
        self._clock = clock
        self._kept = kept

    def take(self, who: Principal, wish: Wish, form: Format) -> Export:
        """Keep an order, as of this moment; raises Problem where it cannot be printed or too many wait."""
        if who.limits and not who.has_whole(wish.tenant, self._divisions):
            raise Problem(HTTPStatus.FORBIDDEN, OF_SOME_SECTORS)
        try:
            wish = self._reports.seeing(who.whole).settled(wish)
        except BadAskError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
        except NoSuchFormError as error:
            raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None
        now = self._clock.now()
        made = Export(
            id=self._clock.uuid(),
            tenant=wish.tenant,
            tenants=list(who.whole),
            asked_by=who.name,
            wish=msgspec.to_builtins(wish),
            format=form,
            state=exports.WAITING,
            attempts=0,
            rows=0,
            error="",
            name="",
            size=0,
            as_of=wish.as_of or now,
            asked_at=now,
            seen_at=now,
            ended_at=None,
            expires_at=now + self._kept,
        )
        with self._database.begin() as work:
            if exports.unfinished(work, who.name) >= MOST_UNFINISHED:
                raise Problem(HTTPStatus.CONFLICT, f"已有 {MOST_UNFINISHED} 个导出没有完成，请等它们结束")
            work.concerns.add(wish.tenant)
            columns = self._divisions.columns_of(wish.tenant)
            exports.order(work, made, columns, msgspec.json.encode(wish).decode())
        return made

    def of(self, who: Principal) -> list[Export]:
        """What a person has ordered, the newest first."""
        with self._database.begin() as work:
            found = exports.listed(work, who.name, LISTED)
        return [each for each in found if who.has_whole(each.tenant, self._divisions)]

    def find(self, who: Principal, export: UUID) -> Export:
        """An order of this person; a Problem 404 for any other, and for one that holds more than they may see by now."""
        with self._database.begin() as work:
            found = exports.find(work, export, who.name)
        if found is None or not who.has_whole(found.tenant, self._divisions):
            raise Problem(HTTPStatus.NOT_FOUND, "没有这个导出，或者它已经过期")
        return found


def routes(database: Database, orders: Orders) -> APIRouter:
    """The routes of exports; whoever ordered one sees it, and nobody else."""
    router = APIRouter(prefix="/v1/exports", tags=["reports"])

    @router.post("", status_code=HTTPStatus.ACCEPTED)
    def order(who: Who, ordered: Ordered, response: Response) -> ExportShape:
        """Order a form to be printed: 202 at once, as of this moment. Any number of rows; the file is kept for days."""
        said = ordered.model_dump(exclude={"format"})
        made = orders.take(who, Wish(**said), ordered.format)
        response.headers["location"] = f"/v1/exports/{made.id}"
        return _shape(made)

    @router.get("")
    def mine(who: Who) -> list[ExportShape]:
        """What one has ordered, the newest first."""
        return [_shape(each) for each in orders.of(who)]

    @router.get("/{export}")
    def one(who: Who, export: UUID) -> ExportShape:
        """How far an order is."""
        return _shape(orders.find(who, export))

    @router.get(
        "/{export}/file",
        response_class=StreamingResponse,
        responses={200: {"description": "the file", "content": {media: {} for media in FORMATS.values()}}},
    )
    def file(who: Who, export: UUID) -> StreamingResponse:
        """The file, whole: the same bytes as `GET /v1/reports/{kind}` as of the same moment. 409 while there is none."""
        found = orders.find(who, export)
        if found.state != DONE:
            why = found.error if found.state == FAILED else "还在导出，请稍后再取"
            raise Problem(HTTPStatus.CONFLICT, why)
        headers = headers_of(str(found.wish.get("kind", "")), found.format, found.name, found.size, found.as_of)
        return StreamingResponse(_pieces(database, found, who), media_type=FORMATS[found.format], headers=headers)

    return router


def _pieces(database: Database, export: Export, who: Principal) -> Iterator[bytes]:
    with database.begin(who.tenants) as work:  # it is read after the route has returned
        yield from exports.pieces(work, export.id)


def _shape(export: Export) -> ExportShape:
    done = export.state == DONE
    return ExportShape(
        id=export.id,
        kind=str(export.wish.get("kind", "")),
        tenant=export.tenant,
        format=export.format,
        state=export.state,
        rows=export.rows,
        error=export.error,
        name=export.name,
        size=export.size,
        as_of=local(export.as_of),
        asked_at=local(export.asked_at),
        ended_at=local(export.ended_at),
        expires_at=local(export.expires_at),
        file=f"/v1/exports/{export.id}/file" if done else "",
    )
