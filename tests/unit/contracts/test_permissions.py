"""Every route of the four services has an entry in the table, and every entry a route; the auditor changes nothing."""

import pytest

from contracts.permissions import PERMISSIONS, opens, table_of
from contracts.roles import Role
from tests.doors import SERVICES, app_of

CHANGING_ONES_OWN = {
    "DELETE /v1/session",
    "PUT /v1/session/password",
    "POST /logout",
    "POST /password",
    "POST /hazards/views",
    "POST /hazards/views/forget",
    "POST /reports",
    "POST /v1/exports",
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_starts_with_the_table(service: str) -> None:
    """The gate refuses to start where routes and table differ, and names them: contracts/permissions.py."""
    app, database = app_of(service, "postgresql://nobody@127.0.0.1:1/none")
    database.close()

    assert app.openapi()["paths"]


def test_every_service_is_in_the_table() -> None:
    """And nothing else."""
    assert set(SERVICES) == PERMISSIONS.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_the_auditor_changes_nothing(service: str) -> None:
    """But for the own session, password, views and exports."""
    table = table_of(service, pages=True)
    changing = {route for route in table if not route.startswith(("GET ", "HEAD "))} - CHANGING_ONES_OWN

    assert [route for route in changing if Role.AUDITOR in table[route].roles] == []


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_keeps_accounts_sees_no_hazard_by_that(service: str) -> None:
    """No route for those who read hazards names the administrator by the way."""
    table = table_of(service, pages=True)

    assert [route for route in table if "hazard" in route and Role.ADMINISTRATOR in table[route].roles] == []


def test_pages_open_by_role() -> None:
    """The audit is the auditor's; a list with something asked opens as the list does; nobody opens nothing."""
    auditor, county = frozenset({Role.AUDITOR}), frozenset({Role.COUNTY})

    assert [True, False] == [opens("reporting", "/audit", roles) for roles in (auditor, county)]
    assert opens("reporting", "/hazards?overdue=1", county)
    assert not opens("reporting", "/hazards", frozenset())
