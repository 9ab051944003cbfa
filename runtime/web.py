"""The HTTP door of a service: problem+json for every error, limits, security headers, health, metrics."""

import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime import log
from runtime.bodies import BODY_LIMIT, Limits
from runtime.errors import Conflict, Rejected, Unavailable
from runtime.metrics import CONTENT_TYPE as METRICS_TYPE
from runtime.metrics import Metrics
from runtime.readiness import Check, Readiness

__all__ = ["BODY_LIMIT", "Gate", "Place", "Problem", "create_app", "problem", "refuse"]

MEDIA_TYPE = "application/problem+json"

_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

_logger = log.get(__name__)


class Place(NamedTuple):
    """A route as it was declared: `/things/{name:path}`, its form `/things/{name}`, its methods."""

    path: str
    path_format: str
    methods: frozenset[str]


class Gate(Protocol):
    """What stands before the routes of a service and decides who comes in (`runtime.access`)."""

    @property
    def routers(self) -> Sequence[APIRouter]:
        """Routes of its own, such as for signing in."""
        ...

    def wrap(self, app: ASGIApp, places: Sequence[Place]) -> ASGIApp:
        """The app behind the gate; raises where nobody has decided about a route."""
        ...

    def admitted(self, request: Request) -> None:
        """Raise in a route that the gate did not let anybody in to."""
        ...

    def describe(self, document: dict[str, Any]) -> None:
        """Say in the OpenAPI document what each route asks for."""
        ...

    @property
    def lifespan(self) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
        """What has to last as long as the app."""
        ...


class Problem(HTTPException):
    """Raise it to answer with problem+json: `raise Problem(404, "no such dead letter")`.

    `errors` are objects for the reader ({"pointer" or "parameter", "detail"}), `headers` extra response headers.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail or None, dict(headers or {}))
        self.errors = [dict(error) for error in errors]


def create_app(
    *,
    title: str,
    metrics: Metrics,
    routers: Iterable[APIRouter] = (),
    gate: Gate | None = None,
    checks: Mapping[str, Check] | None = None,
    body_limits: Mapping[str, int] | None = None,
    version: str = "1",
) -> FastAPI:
    """The app of a process; without a `gate` it is open to everybody, as a worker's health and metrics are.

    `checks` are synchronous functions by name; each raises when the service is not ready because of it. `body_limits`
    gives other limits (bytes) than 1 MiB to paths that begin with the key.
    """
    lifespan = gate.lifespan if gate else None
    app = FastAPI(
        title=title, version=version, docs_url=None, redoc_url=None, responses=_documented(), lifespan=lifespan
    )
    for router in (*(gate.routers if gate else ()), *routers):
        app.include_router(router, dependencies=[Depends(gate.admitted)] if gate else [])
    _add_upkeep(app, metrics, checks or {})
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    for kind in (Rejected, Unavailable, Conflict):
        app.add_exception_handler(kind, _on_named_error)
    app.add_middleware(Limits, limits=dict(body_limits or {}), refuse=refuse)
    if gate is not None:
        places = _places(app)
        app.add_middleware(lambda inner: gate.wrap(inner, places))
        app.openapi = _described(app.openapi, gate)  # type: ignore[method-assign]
        gate.wrap(app, places)  # now, not at the first request: a route without an entry does not start
    app.add_middleware(_Outermost, metrics=metrics)
    return app


def _described(document: Callable[[], dict[str, Any]], gate: Gate) -> Callable[[], dict[str, Any]]:
    def described() -> dict[str, Any]:
        found = document()
        gate.describe(found)
        return found

    return described


def _places(app: FastAPI) -> list[Place]:
    found = [(route.path, route.path_format, route.methods) for route in iter_route_contexts(app.routes)]
    return [Place(path, form, frozenset(methods)) for path, form, methods in found if path and form and methods]


def problem(
    status: int,
    detail: str = "",
    *,
    request: Request,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem+json response (RFC 9457)."""
    return JSONResponse(
        _problem_body(request.scope, status, detail, errors), status, headers=headers, media_type=MEDIA_TYPE
    )


def _problem_body(scope: Scope, status: int, detail: str, errors: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": scope.get("path", ""),
        "trace_id": scope.get("state", {}).get("trace_id", ""),
    }
    if detail:
        body["detail"] = detail
    if listed := [dict(error) for error in errors]:
        body["errors"] = listed
    return body


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != phrase else ""
    errors = error.errors if isinstance(error, Problem) else ()
    return problem(error.status_code, detail, request=request, errors=errors, headers=error.headers)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [_validation_item(item) for item in error.errors()]
    return problem(HTTPStatus.BAD_REQUEST, "the request cannot be read as it is", request=request, errors=errors)


def _validation_item(item: Mapping[str, Any]) -> dict[str, str]:
    """Where and what, never the value: it may hold what must not come back or be logged."""
    place, *path = (str(part) for part in item["loc"])
    if item["type"] == "json_invalid":
        return {"pointer": "", "detail": f"not JSON at character {path[-1] if path else 0}"}
    if place == "body":
        return {"pointer": "/" + "/".join(path), "detail": item["msg"]}
    return {"parameter": ".".join(path), "in": place, "detail": item["msg"]}


async def _on_named_error(request: Request, error: Exception) -> Response:
    match error:
        case Rejected():
            errors = [{"detail": sentence} for sentence in error.detail]
            return problem(HTTPStatus.BAD_REQUEST, error.reason, request=request, errors=errors)
        case Conflict():
            _logger.warning("conflict", error=str(error))
            return problem(HTTPStatus.CONFLICT, "someone else changed this first; load it again", request=request)
        case Unavailable():
            _logger.warning("unavailable", error=str(error))
            retry = {"retry-after": str(max(1, round(error.retry_after)))}
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "try again later", request=request, headers=retry)
    raise error


def _documented() -> dict[int | str, dict[str, Any]]:
    """What any route may answer beside its own success, for the OpenAPI document."""
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "instance", "trace_id"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "instance": {"type": "string"},
            "trace_id": {"type": "string"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object"}},
        },
    }
    content = {MEDIA_TYPE: {"schema": schema}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
    }


def _add_upkeep(app: FastAPI, metrics: Metrics, checks: Mapping[str, Check]) -> None:
    readiness = Readiness(checks)

    @app.get("/healthz/live", tags=["health"])
    async def live() -> dict[str, str]:
        """The process runs and its loop turns."""
        return {"status": "live"}

    @app.get("/healthz/ready", tags=["health"])
    async def ready() -> JSONResponse:
        """Every check of this service, each with its answer; 503 while one of them fails."""
        answers = await readiness.ask()
        good = all(answer["ok"] for answer in answers.values())
        body = {"status": "ready" if good else "not ready", "checks": answers}
        return JSONResponse(body, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE)

    @app.get("/metrics", tags=["health"], response_class=Response)
    def scrape() -> Response:
        """Metrics in the Prometheus text format."""
        return Response(metrics.expose(), media_type=METRICS_TYPE)


class _Outermost:
    """Trace id, security headers, metrics, and the last net: a defect answers 500 without a word of the exception."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0
        trace_id = scope.setdefault("state", {})["trace_id"] = _trace_id(scope)
        structlog.contextvars.bind_contextvars(trace_id=trace_id)

        async def decorated(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                added = [(k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in present]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            if _has_nul(scope):
                named = [{"parameter": name, "detail": "holds a NUL byte"} for name in _nul_in(scope)]
                await _send_json(decorated, 400, _problem_body(scope, 400, "the address holds a NUL byte", named))
            else:
                await self._app(scope, receive, decorated)
        except Exception:  # the last net: log once, answer, count
            _logger.exception("defect in a request", method=scope["method"], path=scope["path"])
            if status:
                raise  # an answer is under way: only the connection can tell that it is broken
            await _send_json(decorated, 500, _problem_body(scope, 500, ""))
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.count("http_requests_total", method=_method(scope), route=route, status=str(status))
            self._metrics.observe("http_request_seconds", time.monotonic() - began, route=route)
            structlog.contextvars.unbind_contextvars("trace_id")


async def refuse(scope: Scope, send: Send, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
    """Answer with problem+json from outside the app."""
    await _send_json(send, status, _problem_body(scope, status, detail), headers)


async def _send_json(
    send: Callable[[Message], Awaitable[None]],
    status: int,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> None:
    content = json.dumps(body, ensure_ascii=False).encode()
    told = {"content-type": MEDIA_TYPE, "content-length": str(len(content)), **(headers or {})}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})


def _has_nul(scope: Scope) -> bool:
    """Whether an address holds what no id, no text of ours and no column of PostgreSQL can be."""
    return "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]


def _nul_in(scope: Scope) -> list[str]:
    """The parameters of the query whose value holds one."""
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return [name for name, value in asked if "\x00" in value]


def _trace_id(scope: Scope) -> str:
    """The trace id of an incoming W3C `traceparent`, else a fresh one (32 hexadecimal digits)."""
    parts: list[str] = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1").split("-")
    if len(parts) == 4 and len(parts[1]) == 32 and set(parts[1]) <= set("0123456789abcdef"):  # noqa: PLR2004 (W3C form)
        return parts[1]
    return secrets.token_hex(16)


def _method(scope: Scope) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    method: str = scope["method"]
    return method if method in known else "other"
