"""Every answer of every door has one form, tells no secret, and is bounded."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Query
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from runtime import readiness, web
from runtime.errors import Conflict, Rejected, Unavailable
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.web import BODY_LIMIT, Problem
from tests.telephones import CARRIER

SECRET = "postgresql://bihuan:hunter2@db/bihuan"


class Body(BaseModel):
    level: int


def routes() -> APIRouter:
    router = APIRouter()
    failures: dict[str, Exception] = {
        "problem": Problem(404, "no such hazard", errors=[{"pointer": "/id", "detail": "unknown"}]),
        "bare": Problem(403),
        "rejected": Rejected("invalid", ["level is missing"]),
        "conflict": Conflict(SECRET),
        "unavailable": Unavailable(SECRET, retry_after=7),
        "defect": RuntimeError(SECRET),
    }

    @router.get("/raise/{kind}")
    def fail(kind: str) -> None:
        raise failures[kind]

    @router.post("/echo")
    def echo(body: Body, limit: Annotated[int, Query(le=200)] = 10) -> dict[str, int]:
        return {"level": body.level, "limit": limit}

    @router.post("/large")
    async def large(body: dict[str, Any]) -> dict[str, int]:
        return {"members": len(body)}

    return router


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(RUNTIME_METRICS)


@pytest.fixture
def client(metrics: Metrics) -> Iterator[TestClient]:
    app = web.create_app(
        title="test",
        metrics=metrics,
        routers=[routes()],
        checks={"database": lambda: None},
        body_limits={"/large": 3 * BODY_LIMIT},
    )
    with TestClient(app) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "status", "members"),
    [
        ("problem", 404, {"detail": "no such hazard", "errors": [{"pointer": "/id", "detail": "unknown"}]}),
        ("bare", 403, {}),
        ("rejected", 400, {"detail": "invalid", "errors": [{"detail": "level is missing"}]}),
        ("conflict", 409, {"detail": "someone else changed this first; load it again"}),
        ("unavailable", 503, {"detail": "try again later"}),
        ("defect", 500, {}),
        ("unknown", 500, {}),
    ],
)
def test_every_error_is_a_problem_and_none_tells_a_secret(
    client: TestClient, kind: str, status: int, members: dict[str, Any]
) -> None:
    """RFC 9457 with the trace id that the log has; a defect says nothing at all about itself."""
    answer = client.get(f"/raise/{kind}", headers={"traceparent": f"00-{'ab' * 16}-{'12' * 8}-01"})
    body = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (body.pop("type"), body.pop("status"), body.pop("instance")) == ("about:blank", status, f"/raise/{kind}")
    assert (body.pop("trace_id"), bool(body.pop("title"))) == ("ab" * 16, True)
    assert members == body
    assert "hunter2" not in answer.text
    assert (answer.headers.get("retry-after") == "7") == (kind == "unavailable")


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("/echo", f'{{"level": "high-{CARRIER}"}}'.encode(), {"pointer": "/level"}),
        ("/echo", b"{", {"pointer": ""}),
        ("/echo", b"[]", {"pointer": "/"}),
        ("/echo?limit=999", b'{"level": 1}', {"parameter": "limit", "in": "query"}),
    ],
)
def test_what_cannot_be_read_is_400_with_the_place_and_without_the_value(
    client: TestClient, path: str, content: bytes, expected: dict[str, str]
) -> None:
    """The sender learns where; what it sent does not come back."""
    answer = client.post(path, content=content, headers={"content-type": "application/json"})
    (error,) = answer.json()["errors"]

    assert answer.status_code == 400
    assert expected == {name: value for name, value in error.items() if name != "detail"}
    assert CARRIER not in answer.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/none", 404), ("DELETE", "/echo", 405)])
def test_unknown_paths_and_methods_are_problems_too(client: TestClient, method: str, path: str, status: int) -> None:
    """The framework's own errors have the same form."""
    answer = client.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_a_body_over_the_limit_is_refused_before_any_route_sees_it(client: TestClient) -> None:
    """By its declared length, by its true length, and per path."""
    large = b'{"a":"' + b"x" * BODY_LIMIT + b'"}'
    client.headers["content-type"] = "application/json"

    def parts() -> Iterator[bytes]:
        yield large

    assert client.post("/echo", content=large).status_code == 413
    assert client.post("/echo", content=parts()).status_code == 413
    assert client.post("/echo", content=b"{}", headers={"content-length": "many"}).status_code == 413
    assert client.post("/large", content=large).json() == {"members": 1}
    assert client.post("/large", content=parts()).json() == {"members": 1}


@given(st.binary(max_size=300))
def test_no_body_makes_a_500(content: bytes) -> None:
    """Whatever the bytes, the answer is a success or a problem that says 400."""
    app = web.create_app(title="test", metrics=Metrics(RUNTIME_METRICS), routers=[routes()])
    answer = TestClient(app).post("/echo", content=content, headers={"content-type": "application/json"})

    assert answer.status_code in {200, 400}


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    """Errors too; a page may set its own policy."""
    for path in ("/healthz/live", "/none", "/raise/defect", "/metrics"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_ready_names_every_check_and_live_needs_none(metrics: Metrics) -> None:
    """503 while one fails, with its kind and without its words."""

    def away() -> None:
        raise Unavailable(SECRET)

    app = web.create_app(title="test", metrics=metrics, checks={"database": away, "slots": lambda: None})
    client = TestClient(app)
    answer = client.get("/healthz/ready")

    assert client.get("/healthz/live").json() == {"status": "live"}
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "not ready", "checks": {"database": {"ok": False, "error": "Unavailable"}, "slots": {"ok": True}}},
    )


def test_a_check_that_hangs_is_not_ready_and_stays_one_thread(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again and again, it is not started again and again."""
    import threading

    monkeypatch.setattr(readiness, "CHECK_SECONDS", 0.01)
    started, release = [], threading.Event()

    def hangs() -> None:
        started.append(1)
        release.wait(20)

    with TestClient(web.create_app(title="test", metrics=metrics, checks={"broker": hangs})) as client:
        answers = [client.get("/healthz/ready").status_code for _ in range(3)]
        release.set()

    assert ([503, 503, 503], [1]) == (answers, started)


def test_requests_are_counted_by_route_and_not_by_path(client: TestClient, metrics: Metrics) -> None:
    """A scanner's paths and methods make no series of their own."""
    client.get("/raise/problem")
    client.get("/raise/bare")
    for number in range(3):
        client.request("BREW", f"/none/{number}")

    assert metrics.value("http_requests_total", method="GET", route="/raise/{kind}", status="404") == 1
    assert metrics.value("http_requests_total", method="other", route="none", status="404") == 3
    assert metrics.value("http_request_seconds", route="/raise/{kind}") == 2
    assert 'bihuan_http_requests_total{method="GET"' in client.get("/metrics").text


def test_the_openapi_document_shows_the_problems(client: TestClient) -> None:
    """What a client generator reads; no page of it is served."""
    document = client.get("/openapi.json").json()
    answers = document["paths"]["/echo"]["post"]["responses"]

    assert "application/problem+json" in answers["400"]["content"]
    assert "application/problem+json" in answers["503"]["content"]
    assert client.get("/docs").status_code == 404
    assert json.dumps(document)
