"""Serve the league table: `GET /v1/league`, its objections with answers, and its publication."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from runtime.access import Who
from runtime.web import Problem
from services.reporting.api.shapes import local
from services.reporting.core.forms.league_words import explain
from services.reporting.core.league.formula import Month
from services.reporting.core.league.scoring import Part, Place
from services.reporting.handlers.leagues import Leagues, NoLeagueError, NotYetError, Shown

PERIOD = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Period = Annotated[str, Path(pattern=PERIOD, description="the month, such as 2023-05")]
Tenant = Annotated[str, Query(pattern=r"^[0-9]{6,12}$", description="division code of the committee")]
Words = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
_Answer = TypeVar("_Answer")


class PartShape(BaseModel):
    """One indicator of one unit, with the hazards that it counts."""

    indicator: str
    title: str
    weight: float = Field(description="as counted: the weight of indicators without a sample goes to the others")
    points: float
    share: float | None
    counted: int
    having: int
    whole: list[str] = Field(description="the hazards counted; empty for who may not see them")
    part: list[str]


class PlaceShape(BaseModel):
    """One unit; without a rank its sample is too small."""

    unit: str
    name: str
    score: float | None
    rank: int | None
    before: int | None = Field(description="rank of the month before")
    sample: int
    suspended: int = Field(description="hazards whose clock stands still: neither due nor overdue")
    parts: list[PartShape]


class ExplainedShape(BaseModel):
    """One unit with the sum of its score."""

    place: PlaceShape
    lines: list[str]


class ObjectionShape(BaseModel):
    """What a unit said against the table, and the answer."""

    id: UUID
    unit: str
    by: str
    reason: str
    at: datetime
    answer: str | None
    answered_by: str | None
    accepted: bool | None


class LeagueShape(BaseModel):
    """The table of one month."""

    tenant: str
    period: str
    formula: str
    version: str
    as_of: datetime
    cut_off: datetime
    objections_until: datetime
    state: str
    published: bool
    places: list[PlaceShape]
    bottom: list[str] = Field(description="units that the pack's rule proposes to talk to")
    objections: list[ObjectionShape]


class Said(BaseModel):
    """An objection of a unit."""

    unit: Name
    reason: Words


class Answered(BaseModel):
    """The answer to an objection."""

    answer: Words
    accepted: bool


class Publishing(BaseModel):
    """Who publishes it."""

    document_no: Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")] = ""


def routes(leagues: Leagues) -> APIRouter:
    """The routes of the league."""
    router = APIRouter(prefix="/v1/league", tags=["league"])

    @router.get("")
    def league(who: Who, tenant: Tenant, period: Annotated[str, Query(pattern=PERIOD)]) -> LeagueShape:
        """The table of a month: a preview before its cut-off, then open to objections, then published.

        Everybody of the committee sees every score; the hazards behind one are named to who may see them.
        """
        shown = _try(lambda: leagues.of(who).show(tenant, Month.parse(period)))
        return _shape(tenant, shown, lambda unit: leagues.reaches(who, unit))

    @router.get("/{period}/units/{unit}")
    def unit(who: Who, period: Period, unit: Annotated[str, Path(max_length=128)], tenant: Tenant) -> ExplainedShape:
        """How the score of one unit came about, in sentences."""
        table, place = _try(lambda: leagues.of(who).place(tenant, Month.parse(period), unit))
        if not leagues.reaches(who, place.unit):
            raise Problem(HTTPStatus.NOT_FOUND, f"{unit} 的明细只对其辖区开放")
        return ExplainedShape(place=_place(place, named=True), lines=list(explain(table, place)))

    _add_acts(router, leagues)
    return router


def _add_acts(router: APIRouter, leagues: Leagues) -> None:
    """What people do about a table."""

    @router.post("/{period}/objections", status_code=HTTPStatus.CREATED)
    def object_(who: Who, period: Period, tenant: Tenant, said: Said) -> ObjectionShape:
        """Object to the place of a unit of one's own, between cut-off and the end of the window."""
        month = Month.parse(period)
        kept = _try(lambda: leagues.of(who).object_(tenant, month, said.unit, by=who.name, reason=said.reason))
        return _objection(kept)

    @router.post("/{period}/objections/{identity}/answer", status_code=HTTPStatus.NO_CONTENT)
    def answer(who: Who, period: Period, identity: UUID, tenant: Tenant, said: Answered) -> None:
        """Answer an objection, once; for the committee's office."""
        month, own = Month.parse(period), leagues.of(who)
        _try(lambda: own.answer(tenant, month, identity, by=who.name, words=said.answer, accepted=said.accepted))

    @router.post("/{period}/publish", status_code=HTTPStatus.ACCEPTED)
    def publish(who: Who, period: Period, tenant: Tenant, said: Publishing) -> dict[str, str]:
        """Publish the table, once, after the window and with every objection answered. 202: the log has it next."""
        month, own = Month.parse(period), leagues.of(who)
        told = _try(lambda: own.publish(tenant, month, by=who.name, document_no=said.document_no))
        return {"event_id": str(told["id"]), "period": period}


def _try(act: Callable[[], _Answer]) -> _Answer:
    try:
        return act()
    except NoLeagueError as error:
        raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None
    except NotYetError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from None


def _shape(tenant: str, shown: Shown, reaches: Callable[[str], bool]) -> LeagueShape:
    table = shown.table
    return LeagueShape(
        tenant=tenant,
        period=str(table.month),
        formula=table.formula.title,
        version=table.formula.version,
        as_of=local(table.as_of),
        cut_off=table.cut_off,
        objections_until=shown.objections_until,
        state=shown.state,
        published=shown.is_published,
        places=[_place(place, named=reaches(place.unit)) for place in table.places],
        bottom=[place.unit for place in table.bottom],
        objections=[_objection(each) for each in shown.objections if reaches(each.tenant)],
    )


def _place(place: Place, *, named: bool) -> PlaceShape:
    return PlaceShape(
        unit=place.unit,
        name=place.name,
        score=place.score,
        rank=place.rank,
        before=place.before,
        sample=len(place.sample),
        suspended=len(place.suspended),
        parts=[_part(part, named=named) for part in place.parts],
    )


def _part(part: Part, *, named: bool) -> PartShape:
    return PartShape(
        indicator=part.indicator.id,
        title=part.indicator.title,
        weight=round(part.weight, 4),
        points=round(part.points, 4),
        share=part.share,
        counted=len(part.whole),
        having=len(part.part),
        whole=list(part.whole) if named else [],
        part=list(part.part) if named else [],
    )


def _objection(said: Any) -> ObjectionShape:
    return ObjectionShape(
        id=said.id,
        unit=said.tenant,
        by=said.said_by,
        reason=said.reason,
        at=local(said.said_at),
        answer=said.answer,
        answered_by=said.answered_by,
        accepted=said.accepted,
    )
