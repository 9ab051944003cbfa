"""Serve the official forms: `GET /v1/reports/{kind}` gives the same bytes as `bihuan report`."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from http import HTTPStatus
from typing import IO, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from runtime.access import Who
from runtime.web import Problem
from services.reporting.exports.page import POLICY
from services.reporting.handlers.reports import FORMATS, BadAskError, Format, NoSuchFormError, Reports, Wish

IN_MEMORY = 4 << 20
_PIECE = 1 << 16
_WORD = r"^[^\x00]*$"

Division = Annotated[str, Query(pattern=r"^[0-9]{6,12}$", description="division code of the unit that reports")]
Moment = Annotated[AwareDatetime | None, Query(description="as of when; absent: up to where the log is complete")]


class KindShape(BaseModel):
    """One form that can be asked for."""

    kind: str
    title: str
    span: str
    sentence: str


def routes(reports: Reports) -> APIRouter:
    """The routes of the forms."""
    router = APIRouter(prefix="/v1/reports", tags=["reports"])

    @router.get("")
    def kinds() -> list[KindShape]:
        """Every form, with the span of days that it covers when only its last day is given."""
        return [
            KindShape(kind=kind.name, title=kind.title, span=kind.span, sentence=kind.sentence)
            for kind in reports.kinds()
        ]

    @router.get(
        "/{kind}",
        response_class=StreamingResponse,
        responses={200: {"description": "the form", "content": {media: {} for media in FORMATS.values()}}},
    )
    def report(
        *,
        who: Who,
        kind: Annotated[str, Path(pattern=r"^[a-z][a-z-]{0,39}$")],
        tenant: Division,
        date: Annotated[date | None, Query(description="the day, or the last day of the period")] = None,
        since: Annotated[date | None, Query(description="the first day of the period")] = None,
        as_of: Moment = None,
        baseline: Moment = None,
        team: Annotated[str, Query(max_length=64, pattern=_WORD)] = "",
        stage: Annotated[str, Query(max_length=64, pattern=_WORD)] = "",
        format: Annotated[Format, Query()] = "xlsx",  # noqa: A002 (the parameter's public name)
    ) -> StreamingResponse:
        """A form, filled as of a moment. It is whole before the first byte is sent: no half file ever leaves."""
        wish = Wish(
            kind=kind, tenant=tenant, day=date, since=since, as_of=as_of, baseline=baseline, team=team, stage=stage
        )
        return _answer(reports.seeing(who.tenants), wish, format)

    return router


def _answer(reports: Reports, wish: Wish, form: Format) -> StreamingResponse:
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (it is closed when it has been sent)
    try:
        filled = reports.write(wish, form, out)  # type: ignore[arg-type]
    except BadAskError as error:
        out.close()
        raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from None
    except NoSuchFormError as error:
        out.close()
        raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None
    except BaseException:
        out.close()
        raise
    size = out.tell()
    out.seek(0)
    name, inline = f"{filled.name}.{form}", form in {"html", "json"}
    headers = headers_of(filled.kind, form, name, size, filled.as_of, inline=inline)
    return StreamingResponse(_sent(out), media_type=FORMATS[form], headers=headers)


def headers_of(kind: str, form: str, name: str, size: int, as_of: datetime, *, inline: bool = False) -> dict[str, str]:
    """The headers under which a printed form leaves; `name` is the file's, in Chinese."""
    shown = "inline" if inline else "attachment"
    headers = {
        "content-length": str(size),
        "content-disposition": f"{shown}; filename=\"{kind}.{form}\"; filename*=UTF-8''{quote(name)}",
        "x-as-of": as_of.isoformat(),
    }
    return headers | ({"content-security-policy": POLICY} if form == "html" else {})


def _sent(out: "tempfile.SpooledTemporaryFile[bytes] | IO[bytes]") -> Iterator[bytes]:
    with out:
        while piece := out.read(_PIECE):
            yield piece
