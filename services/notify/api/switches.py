"""`/v1/silences`, `/v1/sending`, `/v1/tenants`: what people switch, always with a name and a reason."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE
from runtime.access import Principal, Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.web import Problem
from services.notify.api.forms import Code, SendingForm, SilenceForm, SilenceShown, TenantForm
from services.notify.core.matching import Match
from services.notify.core.suppression import Silence
from services.notify.handlers.people import Counter
from services.notify.store import switches

NO_SUCH_SILENCE = "no silence of this id acts or will act"


def router(*, database: Database, divisions: Divisions, clock: Clock, counter: Counter) -> APIRouter:
    """The routes of silences, the master switch and tenants' settings."""
    routes = APIRouter()
    _add_silences(routes, database, divisions, clock)
    _add_sending(routes, database, counter)
    _add_tenants(routes, database, divisions, clock)
    return routes


def covers(who: Principal, divisions: Divisions, tenants: Sequence[str]) -> bool:
    """Whether what holds for these tenants (none: for all) stays within what this person answers for."""
    if not tenants:
        return EVERYWHERE in who.tenants
    return all(who.reaches(tenant, divisions) for tenant in tenants)


def _add_silences(routes: APIRouter, database: Database, divisions: Divisions, clock: Clock) -> None:
    @routes.get("/v1/silences", tags=["silences"])
    def get_silences(
        *, who: Who, ended: Annotated[bool, Query(description="also those that have ended or were lifted")] = False
    ) -> list[SilenceShown]:
        """Silences that act or will act; the one that ends last first."""
        now = clock.now()
        with database.begin() as work:
            found = switches.list_silences(work, not_ended_at=None if ended else now)
        return [
            _shown(silence, lifted_at, lifted_by, now)
            for silence, lifted_at, lifted_by in found
            if covers(who, divisions, silence.match.tenant)
        ]

    @routes.post("/v1/silences", status_code=201, tags=["silences"])
    def post_silence(who: Who, form: SilenceForm) -> SilenceShown:
        """Mute notices until an end; clocks run on, and what is muted stays in the list of notices."""
        now = clock.now()
        silence = Silence(
            id=clock.uuid(),
            author=who.name,
            reason=form.reason,
            starts_at=form.starts_at or now,
            ends_at=form.ends_at,
            match=msgspec.convert(form.match.model_dump(mode="json"), Match),
            recipient=form.recipient,
        )
        if silence.ends_at <= max(now, silence.starts_at):
            raise Problem(422, "the silence would end before it begins, or has ended already")
        if silence.match == Match() and not silence.recipient:
            raise Problem(422, "this would mute everything: name a condition or a recipient, or use the master switch")
        if not covers(who, divisions, silence.match.tenant):
            raise Problem(422, "name the tenants to be silenced: yours, or those below")
        with database.begin() as work:
            switches.put_silence(work, silence, now)
        return _shown(silence, None, None, now)

    @routes.delete("/v1/silences/{silence_id}", status_code=204, tags=["silences"])
    def delete_silence(who: Who, silence_id: UUID) -> Response:
        """Lift a silence now. It stays readable."""
        with database.begin() as work:
            found = switches.silence(work, silence_id)
            if found is None or not covers(who, divisions, found.match.tenant):
                raise Problem(404, NO_SUCH_SILENCE)
            if not switches.lift_silence(work, found, author=who.name, now=clock.now()):
                raise Problem(404, NO_SUCH_SILENCE)
        return Response(status_code=204)


def _add_sending(routes: APIRouter, database: Database, counter: Counter) -> None:
    @routes.get("/v1/sending", tags=["sending"])
    def get_sending() -> dict[str, Any]:
        """How the master switch stands, who threw it, and how many notices it holds back."""
        with database.begin() as work:
            throw = switches.last_throw(work) or {"stopped": False, "author": "", "reason": "", "thrown_at": None}
            return {**throw, "set_aside": switches.count_set_aside(work)}

    @routes.put("/v1/sending", tags=["sending"])
    def put_sending(who: Who, form: SendingForm) -> dict[str, Any]:
        """Stop all sending, or let it go on; what was set aside is sent only when that is asked for."""
        if form.stopped:
            counter.stop(author=who.name, reason=form.reason)
        else:
            counter.resume(author=who.name, reason=form.reason, release=form.release)
        return get_sending()


def _add_tenants(routes: APIRouter, database: Database, divisions: Divisions, clock: Clock) -> None:
    @routes.get("/v1/tenants", tags=["tenants"])
    def get_tenants(who: Who) -> list[dict[str, Any]]:
        """Every tenant with a go-live date or a shadow of its own."""
        with database.begin() as work:
            return [rule for rule in switches.list_tenant_rules(work) if who.reaches(rule["tenant"], divisions)]

    @routes.put("/v1/tenants/{tenant}", tags=["tenants"])
    def put_tenant(who: Who, tenant: Code, form: TenantForm) -> dict[str, Any]:
        """Set from which day a tenant and all below it are told, and whether they run in shadow."""
        if not who.reaches(tenant, divisions):
            raise Problem(404, "no such tenant")
        try:
            go_live = None if form.go_live is None else date.fromisoformat(form.go_live)
        except ValueError as error:
            raise Problem(422, "go_live is no day of the calendar") from error
        now = clock.now()
        with database.begin() as work:
            switches.put_tenant_rule(
                work, tenant, go_live=go_live, shadow=form.shadow, author=who.name, reason=form.reason, now=now
            )
        return {"tenant": tenant, "go_live": form.go_live, "shadow": form.shadow}


def _shown(silence: Silence, lifted_at: datetime | None, lifted_by: str | None, now: datetime) -> SilenceShown:
    ended = lifted_at is not None or silence.ends_at <= now
    return SilenceShown(
        id=silence.id,
        author=silence.author,
        reason=silence.reason,
        starts_at=silence.starts_at,
        ends_at=silence.ends_at,
        match=msgspec.to_builtins(silence.match),
        recipient=silence.recipient,
        lifted_at=lifted_at,
        lifted_by=lifted_by,
        state="expired" if ended else "pending" if now < silence.starts_at else "active",
    )
