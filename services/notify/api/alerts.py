"""`POST /v1/alerts`: Alertmanager's webhook, so that alarms of the platform travel the channels of every notice."""

import secrets
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from runtime.web import Problem
from services.notify.core.alarms import Alert
from services.notify.handlers.alarming import AlarmDesk

CHALLENGE: Final = {"www-authenticate": 'Bearer realm="bihuan"'}
Label = Annotated[str, StringConstraints(max_length=2000)]


class AlertForm(BaseModel):
    """One alert of Alertmanager's webhook, version 4; what it says besides is of no use here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: Literal["firing", "resolved"]
    labels: Annotated[dict[str, Label], Field(max_length=100)]
    annotations: Annotated[dict[str, Label], Field(max_length=100)] = {}
    startsAt: AwareDatetime  # noqa: N815 (Alertmanager's name)
    endsAt: AwareDatetime | None = None  # noqa: N815 (as above)
    fingerprint: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[0-9a-fA-F]+$")]


class AlertsForm(BaseModel):
    """The body of the webhook."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal["4"]
    alerts: Annotated[tuple[AlertForm, ...], Field(max_length=1000)]


class AlertsHeard(BaseModel):
    """What became of them: how many were told, and how many notices are new or changed by it."""

    heard: int
    notices: int


def router(*, alarms: AlarmDesk, token: str) -> APIRouter:
    """The route of alarms; `token` has to come with each call (Authorization: Bearer), and without one it stays shut."""
    routes = APIRouter(tags=["alerts"])

    @routes.post("/v1/alerts")
    def post_alerts(request: Request, form: AlertsForm) -> AlertsHeard:
        """Tell the platform's operators what fires and what is resolved; what was told before changes nothing."""
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            raise Problem(401, "alarms are not let in: set BIHUAN_ALERTS_TOKEN", headers=CHALLENGE)
        if not secrets.compare_digest(sent.encode(), token.encode()):
            raise Problem(401, "send the token of BIHUAN_ALERTS_TOKEN: Authorization: Bearer ...", headers=CHALLENGE)
        return AlertsHeard(heard=len(form.alerts), notices=alarms.hear([_alert(each) for each in form.alerts]))

    return routes


def _alert(form: AlertForm) -> Alert:
    return Alert(
        fingerprint=form.fingerprint.lower(),
        labels=form.labels,
        annotations=form.annotations,
        starts_at=form.startsAt,
        ends_at=(form.endsAt or form.startsAt) if form.status == "resolved" else None,
    )
