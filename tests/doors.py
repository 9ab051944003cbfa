"""The four services as their API processes build them, for tests that go through every door."""

from collections.abc import Mapping
from typing import Any
from unittest import mock

from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from contracts import divisions
from policies import files
from runtime.clock import SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from services.escalation.main import api_app as escalation_app
from services.escalation.settings import EscalationSettings
from services.intake.api import app as intake
from services.intake.core.committees import Committees
from services.intake.handlers.registering import Doorkeeper
from services.intake.main import mapping_named, mapping_names
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from services.notify.main import api_app as notify_app
from services.notify.metrics import NOTIFY_METRICS
from services.notify.settings import NotifySettings
from services.reporting.main import api_app as reporting_app
from services.reporting.settings import ReportingSettings

SERVICES = ("intake", "escalation", "notify", "reporting")


def app_of(service: str, url: str, **told: Any) -> tuple[FastAPI, Database]:
    """The app of one service over its schema, and the database that the caller closes; `told` are settings."""
    database = Database(url, schema=service, application_name=f"test-{service}")
    return _BUILD[service](database, {"database_url": SecretStr(url), **told}), database


def document_of(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service as it is served, with its pages, which the served one leaves out."""
    with mock.patch("runtime.pages.frame.APIRouter", lambda **told: APIRouter(**{**told, "include_in_schema": True})):
        app, database = app_of(service, "postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    try:
        return app.openapi()
    finally:
        database.close()


def _intake(database: Database, told: Mapping[str, Any]) -> FastAPI:
    settings, clock, table = IntakeSettings(**told), SystemClock(), divisions.load()
    return intake.create(
        settings=settings,
        database=database,
        clock=clock,
        metrics=Metrics([*RUNTIME_METRICS, *INTAKE_METRICS]),
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, files.roots(None)), clock=clock),
        mapping_named=lambda name: mapping_named(settings, name),
        mappings=lambda: mapping_names(settings),
        divisions=table,
    )


def _escalation(database: Database, told: Mapping[str, Any]) -> FastAPI:
    return escalation_app(EscalationSettings(**told), database, divisions.load())


def _notify(database: Database, told: Mapping[str, Any]) -> FastAPI:
    return notify_app(NotifySettings(**told), database, SystemClock(), Metrics([*RUNTIME_METRICS, *NOTIFY_METRICS]))


def _reporting(database: Database, told: Mapping[str, Any]) -> FastAPI:
    return reporting_app(ReportingSettings(**told), database, divisions.load(), SystemClock())


_BUILD = {"intake": _intake, "escalation": _escalation, "notify": _notify, "reporting": _reporting}
