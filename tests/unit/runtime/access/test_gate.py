"""A route that nobody has decided about does not start; without a session every door is shut."""

from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from contracts.permissions import EACH, PUBLIC, Permission, only
from contracts.roles import READING
from runtime.access import Gate, Who
from runtime.access.gate import MissingPermission
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.web import create_app

READ = only(READING)


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.get("/things/{name:path}/parts")
    def parts(who: Who, name: str) -> str:
        return who.name + name

    @router.get("/open")
    def opened() -> str:
        return "open"

    return router


def app(table: dict[str, Permission]) -> Any:
    database: Any = None  # nobody gets so far
    gate = Gate(database, "toys", permissions={**EACH, **table})
    return create_app(title="toys", metrics=Metrics(RUNTIME_METRICS), routers=[routes()], gate=gate)


def test_a_route_without_an_entry_does_not_start() -> None:
    """It is named."""
    with pytest.raises(MissingPermission, match=r"no entry for \[GET /v1/open\]"):
        app({"GET /v1/things/{name}/parts": READ})


def test_an_entry_without_a_route_does_not_start() -> None:
    """A table that says more than there is would be believed."""
    with pytest.raises(MissingPermission, match=r"no route for \[GET /v1/gone\]"):
        app({"GET /v1/things/{name}/parts": READ, "GET /v1/open": PUBLIC, "GET /v1/gone": READ})


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer bhk_1"}], ids=str)
def test_without_a_session_the_answer_is_401(headers: dict[str, str]) -> None:
    """Before anything of the request is read; what is public stays open."""
    client = TestClient(app({"GET /v1/things/{name}/parts": READ, "GET /v1/open": PUBLIC}))

    shut = client.get("/v1/things/a/b/parts", headers=headers)

    assert (401, "Bearer") == (shut.status_code, shut.headers["www-authenticate"].split()[0])
    assert (200, 200, 404, 405) == (
        client.get("/v1/open", headers=headers).status_code,
        client.get("/healthz/live").status_code,
        client.get("/v1/unknown", headers=headers).status_code,
        client.post("/v1/open", headers=headers).status_code,
    )


def test_another_sites_page_changes_nothing() -> None:
    """Not even by a public route: nobody is signed in as somebody else."""
    client = TestClient(app({"GET /v1/things/{name}/parts": READ, "GET /v1/open": PUBLIC}))

    answer = client.post("/v1/session", json={"name": "a", "password": "b"}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert answer.json()["detail"] == "a page of another site sent this"


def test_the_document_says_how_to_come_in() -> None:
    """Route by route, as the table has it."""
    document = app({"GET /v1/things/{name}/parts": READ, "GET /v1/open": PUBLIC}).openapi()

    assert [{"session": []}, {"cookie": []}] == document["paths"]["/v1/things/{name}/parts"]["get"]["security"]
    assert document["paths"]["/v1/open"]["get"]["security"] == []
    assert {"session", "cookie"} <= document["components"]["securitySchemes"].keys()
