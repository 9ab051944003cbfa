"""Show the league table of a month, how each score came about, and take objections, answers and the publication."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import StringConstraints

from contracts.roles import OFFICES, WORKING
from runtime.access import Principal, Who
from runtime.pages import Frame, Trouble
from services.reporting.api.console.asked import Tenant
from services.reporting.api.league import PERIOD, Period
from services.reporting.core.forms.league_words import explain
from services.reporting.core.league.formula import Month
from services.reporting.core.league.measures import MEASURES
from services.reporting.handlers.leagues import Leagues, NoLeagueError, NotYetError, Shown

ACTS: Final = {"objected": "异议已提交，等待答复。", "answered": "已答复。", "published": "已公布。"}
"""What the page says after each act."""

Words = Annotated[
    str, Form(max_length=2_000, pattern=r"^[^\x00]*$"), StringConstraints(strip_whitespace=True, min_length=1)
]
_Answer = TypeVar("_Answer")


def add(router: APIRouter, leagues: Leagues, frame: Frame) -> None:
    """The table, one unit of it, and what people do about it."""
    frame.environment.globals |= {"MEASURES": MEASURES, "LEAGUE_ACTS": ACTS}
    _add_table(router, leagues, frame)
    _add_unit(router, leagues, frame)
    _add_acts(router, leagues)


def _add_table(router: APIRouter, leagues: Leagues, frame: Frame) -> None:
    @router.get("/league")
    def league(
        request: Request,
        who: Who,
        tenant: Tenant = "",
        period: Annotated[str, Query(pattern=f"{PERIOD}|^$")] = "",
        done: Annotated[str, Query(pattern=f"^({'|'.join(ACTS)})?$")] = "",
    ) -> HTMLResponse:
        """The latest month where none is asked; a committee without a formula is told so."""
        mine = leagues.of(who)
        roots = mine.committees()
        root = tenant or (roots[0] if roots else "")
        shown, why = None, "您所在的辖区没有月晾晒评价办法。"
        if root:
            try:
                shown = mine.show(root, Month.parse(period)) if period else mine.latest(root)
            except NoLeagueError as error:
                why = f"{error}。"
        month = shown.table.month if shown else Month.parse(period) if period else None
        asked = {"tenant": root, "month": month, "done": done}
        may = _may(leagues, who, root, shown) if shown else {}
        return frame.page(
            request,
            "league.html",
            as_of=shown.table.as_of if shown else None,
            stale=False,  # a table that has been cut off is of that moment, however long ago
            shown=shown,
            why=why,
            roots=roots,
            asked=asked,
            may=may,
        )


def _add_unit(router: APIRouter, leagues: Leagues, frame: Frame) -> None:
    @router.get("/league/{period}/{unit}")
    def unit(
        request: Request, who: Who, period: Period, unit: Annotated[str, Path(max_length=128)], tenant: Tenant
    ) -> HTMLResponse:
        """The sum of one unit, each point with its hazards."""
        table, place = _try(lambda: leagues.of(who).place(tenant, Month.parse(period), unit))
        if not leagues.reaches(who, place.unit):
            raise Trouble(HTTPStatus.NOT_FOUND, f"{place.name}的明细只对其辖区开放。")
        return frame.page(
            request,
            "league_unit.html",
            as_of=table.as_of,
            stale=False,
            table=table,
            place=place,
            lines=list(explain(table, place)),
            tenant=tenant,
        )


def _add_acts(router: APIRouter, leagues: Leagues) -> None:
    @router.post("/league/{period}/objections")
    def object_(
        who: Who, period: Period, tenant: Tenant, unit: Annotated[str, Form(max_length=128)], reason: Words
    ) -> RedirectResponse:
        """Object for a unit of one's own."""
        _try(lambda: leagues.of(who).object_(tenant, Month.parse(period), unit, by=who.name, reason=reason))
        return _back(tenant, period, "objected")

    @router.post("/league/{period}/objections/{identity}/answer")
    def answer(
        who: Who,
        period: Period,
        identity: UUID,
        tenant: Tenant,
        words: Words,
        accepted: Annotated[bool, Form()],
    ) -> RedirectResponse:
        """Answer an objection, once."""
        mine = leagues.of(who)
        _try(lambda: mine.answer(tenant, Month.parse(period), identity, by=who.name, words=words, accepted=accepted))
        return _back(tenant, period, "answered")

    @router.post("/league/{period}/publish")
    def publish(
        who: Who,
        period: Period,
        tenant: Tenant,
        document_no: Annotated[str, Form(max_length=128, pattern=r"^[^\x00]*$")] = "",
    ) -> RedirectResponse:
        """Publish the table, once."""
        mine = leagues.of(who)
        _try(lambda: mine.publish(tenant, Month.parse(period), by=who.name, document_no=document_no.strip()))
        return _back(tenant, period, "published")


def _may(leagues: Leagues, who: Principal, root: str, shown: Shown) -> dict[str, object]:
    """What this person may do about a table: whose sums they may open, for whom they may object, whether they decide."""
    own = [place for place in shown.table.places if leagues.reaches(who, place.unit)]
    return {
        "open": {place.unit for place in own},
        "object_for": own if who.roles & WORKING and shown.is_contestable else [],
        "decide": bool(who.roles & OFFICES) and leagues.reaches(who, root),
    }


def _back(tenant: str, period: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/league?tenant={tenant}&period={period}&done={done}", HTTPStatus.SEE_OTHER)


def _try(act: Callable[[], _Answer]) -> _Answer:
    try:
        return act()
    except NoLeagueError as error:
        raise Trouble(HTTPStatus.NOT_FOUND, f"{error}。") from None
    except NotYetError as error:
        raise Trouble(HTTPStatus.CONFLICT, f"{error}。") from None
