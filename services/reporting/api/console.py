"""Show the read models as pages in Chinese: overview, ledger, one hazard; they load nothing from elsewhere."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from importlib import resources
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from contracts.vocabulary import HazardLevel
from runtime.errors import Conflict, Unavailable
from runtime.log import get
from runtime.web import Problem
from services.reporting.api.pages import Pages
from services.reporting.api.reading import Reader, Story
from services.reporting.api.routes import DIVISION, LONGEST_CURSOR, LONGEST_TEXT, TEXT, cursor_in
from services.reporting.core.paging import SMALLEST_PAGE, Filters, Order
from services.reporting.core.standing import State

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ASSETS: Final = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}
_ASSET_AGE: Final = "public, max-age=300"

_TROUBLES: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("无法理解这个查询", "查询条件有误，请检查后重新查询。"),
    HTTPStatus.NOT_FOUND: ("没有找到", "没有这条隐患，或者它的上报已经作废、更正为其他编号。"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("暂时无法读取数据", "数据库正在恢复或繁忙，数据没有丢失，请稍后刷新。"),
}
_DEFECT: Final = ("页面出错", "系统已经记录了这个错误，请把下面的追踪号告诉维护人员。")

Answering = Callable[..., HTMLResponse]

Flag = Annotated[str, Query(pattern="^1?$")]
Word = Annotated[str, Query(max_length=LONGEST_TEXT, pattern=TEXT)]
Tenant = Annotated[str, Query(pattern=DIVISION)]

_logger = get(__name__)


def console(reader: Reader, stale_after: timedelta) -> APIRouter:
    """The pages, their assets and their icon. Pages warn when their numbers are older than `stale_after`."""
    pages = Pages(reader.divisions)
    router = APIRouter(route_class=_guarded(pages), include_in_schema=False)
    answer = _answering(reader, pages, stale_after)
    _add_pages(router, reader, answer)
    _add_assets(router)
    return router


def _answering(reader: Reader, pages: Pages, stale_after: timedelta) -> Answering:
    """What lays out a page and says how old its numbers are."""

    def answer(name: str, as_of: datetime | None, **shown: Any) -> HTMLResponse:
        now = reader.now()
        stale = as_of is not None and now - as_of > stale_after
        return _html(pages.render(name, as_of=as_of, moment=as_of or now, now=now, stale=stale, **shown))

    return answer


def _add_pages(router: APIRouter, reader: Reader, answer: Answering) -> None:
    """Overview, ledger, one hazard."""

    @router.get("/")
    def overview(tenant: Tenant = "") -> HTMLResponse:
        """Counts by area and sector, the longest overdue hazards, the decisions of the day."""
        found = reader.overview(tenant)
        return answer("overview.html", found.summary.as_of, tenant=tenant, overview=found, choices=reader.choices())

    @router.get("/hazards")
    def hazards(
        tenant: Tenant = "",
        state: Annotated[str, Query(pattern=f"^({'|'.join(State)})?$")] = "",
        level: Annotated[str, Query(pattern=f"^({'|'.join(HazardLevel)})?$")] = "",
        sector: Word = "",
        q: Word = "",
        overdue: Flag = "",
        unfinished: Flag = "",
        cursor: Annotated[str, Query(max_length=LONGEST_CURSOR)] = "",
    ) -> HTMLResponse:
        """The ledger; overdue hazards stand worst first, all others newest first."""
        order: Order = "worst" if overdue else "newest"
        filters = Filters(
            states=(state,) if state else (),
            open=True if unfinished else None,
            overdue=True if overdue else None,
            level=level,
            sector=sector,
            text=q.strip(),
        )
        page = reader.page(
            tenant, filters, order=order, after=cursor_in(cursor, order), limit=SMALLEST_PAGE, counted=True
        )
        asked = {
            "tenant": tenant,
            "state": state,
            "level": level,
            "sector": sector,
            "q": q,
            "overdue": overdue,
            "unfinished": unfinished,
        }
        return answer(
            "hazards.html", page.as_of, page=page, asked=asked, cursor=cursor, choices=reader.choices(), tenant=tenant
        )

    @router.get("/hazards/{hazard_id:path}")
    def hazard(hazard_id: str) -> HTMLResponse:
        """One hazard: where it stands, its deadlines, everything that happened."""
        found = reader.hazard(hazard_id)
        if isinstance(found, Story):
            return answer("hazard.html", found.as_of, story=found, row=found.row, tenant="")
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND)
        return answer("namesakes.html", None, rows=found, hazard_id=hazard_id, tenant="")


def _add_assets(router: APIRouter) -> None:
    """What the pages load."""

    @router.get("/static/{name}")
    def asset(name: str) -> Response:
        """One of the few files that pages load."""
        return _asset(name)

    @router.get("/favicon.ico")
    def icon() -> Response:
        """Browsers ask for it by themselves; a missing one counts as an error of the page."""
        return _asset("favicon.svg")


def _html(text: str, status: int = HTTPStatus.OK) -> HTMLResponse:
    return HTMLResponse(text, status, headers={"content-security-policy": POLICY})


def _asset(name: str) -> Response:
    if name not in ASSETS:
        raise Problem(HTTPStatus.NOT_FOUND)
    content = resources.files(__package__).joinpath("static", name).read_bytes()
    return Response(content, headers={"cache-control": _ASSET_AGE}, media_type=ASSETS[name])


def _guarded(pages: Pages) -> type[APIRoute]:
    """Routes whose errors are pages too: a person gets words and a trace id, never a bare document or an exception."""

    def trouble(request: Request, status: int) -> HTMLResponse:
        title, sentence = _TROUBLES.get(status, _DEFECT)
        trace_id = request.scope.get("state", {}).get("trace_id", "")
        return _html(pages.render("trouble.html", title=title, sentence=sentence, trace_id=trace_id), status)

    class Guarded(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            inner = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    return await inner(request)
                except RequestValidationError:
                    return trouble(request, HTTPStatus.BAD_REQUEST)
                except HTTPException as error:
                    return trouble(request, error.status_code)
                except (Unavailable, Conflict) as error:
                    _logger.warning("page not answered", error=str(error))
                    return trouble(request, HTTPStatus.SERVICE_UNAVAILABLE)
                except Exception:  # the last net of a page, as runtime.web's is of a route: log once, answer
                    _logger.exception("defect in a page", path=request.url.path)
                    return trouble(request, HTTPStatus.INTERNAL_SERVER_ERROR)

            return guarded

    return Guarded
