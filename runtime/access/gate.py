"""Stand before every route of a service: find who asks, and let in whom the table of permissions names; else nobody."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.permissions import Permission, table_of
from contracts.roles import EVERYWHERE
from runtime import database, log
from runtime.access import audit, desk, federated, pages, routes
from runtime.access.crossing import SAFE, is_from_elsewhere
from runtime.access.principal import Principal
from runtime.access.provider import Provider
from runtime.access.refusals import Caller, Refusals, caller_of
from runtime.access.sessions import MARK
from runtime.database import Database
from runtime.errors import Unavailable
from runtime.pages import Frame
from runtime.web import Place, Problem, refuse

CHALLENGE: Final = {"www-authenticate": 'Bearer realm="bihuan"'}
WHILE_CHANGING: Final = frozenset({"/v1/session", "/v1/session/password", "/password", "/logout"})
"""What somebody may do who has to choose a password of their own first."""

UNKNOWN_KEY: Final = "unknown key"
NO_PAGES: Final = ("/v1/", "/healthz/", "/metrics", "/openapi.json")

_logger = log.get(__name__)


class MissingPermission(Exception):
    """A route that nobody has decided about, or an entry for a route that is not there."""


class Gate:
    """The guard of one service's API.

    `secure` says that browsers come by HTTPS. A service that has pages gives its `frame`: the pages to sign in by and
    the assets of all pages then come with the gate.
    """

    def __init__(
        self,
        its_database: Database,
        service: str,
        *,
        secure: bool = True,
        frame: Frame | None = None,
        provider: Provider | None = None,
        permissions: Mapping[str, Permission] | None = None,
    ) -> None:
        """`provider` is the customer's, where people sign in there too. `permissions` replace the service's table, in tests."""
        self._refusals = Refusals(its_database)
        self._desk = desk.Desk(its_database, self._refusals)
        self._cookie = desk.Cookie(secure=secure)
        self._frame = frame
        self._provider = provider
        self._permissions = permissions or table_of(service, pages=frame is not None)
        if frame is not None:
            frame.greet(pages.head_of, pages.leads_to)

    @property
    def routers(self) -> Sequence[APIRouter]:
        """The routes by which people sign in and out."""
        found = [routes.router(self._desk)]
        if self._frame is not None:
            label = self._provider.label if self._provider else ""
            found += [
                self._frame.assets(),
                pages.router(self._desk, self._frame, self._cookie, label),
                federated.router(self._desk, self._frame, self._cookie, self._provider),
            ]
        return found

    def wrap(self, app: ASGIApp, places: Sequence[Place]) -> ASGIApp:
        """The app behind the gate; raises MissingPermission where routes and table differ."""
        there = {f"{method} {place.path_format}" for place in places for method in place.methods}
        if there != self._permissions.keys():
            missing = ", ".join(sorted(there - self._permissions.keys()))
            stale = ", ".join(sorted(self._permissions.keys() - there))
            raise MissingPermission(f"contracts/permissions.py: no entry for [{missing}]; no route for [{stale}]")
        return _Guarded(app, self._desk, self._refusals, self._cookie, self._permissions, places, self._frame)

    @property
    def lifespan(self) -> Callable[[object], AbstractAsyncContextManager[None]]:
        """What has to last as long as the app: refusals that are still to be noted."""
        return self._refusals.settling

    def describe(self, document: dict[str, Any]) -> None:
        """Say in the OpenAPI document how a person or a system shows who it is, route by route."""
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes |= {
            "session": {"type": "http", "scheme": "bearer", "description": "the token of POST /v1/session"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": self._cookie.name},
        }
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                permission = self._permissions[f"{method.upper()} {path}"]
                by_key: list[dict[str, list[str]]] = [{"bearer": []}] if permission.keys else []
                by_person: list[dict[str, list[str]]] = [{"session": []}, {"cookie": []}] if permission.roles else []
                operation["security"] = by_person + by_key

    def admitted(self, request: Request) -> None:
        """Make sure, inside the route, that this very route is the one that the gate let somebody in to."""
        route = request.scope.get("route")
        if request.scope["state"].get("admitted") != (request.method, getattr(route, "path_format", None)):
            raise Problem(404)


def principal_of(request: Request) -> Principal:
    """Who asks, acting in the roles that open this route; a Problem 401 where a system came by its key."""
    found = person_of(request)
    if found is None:
        raise Problem(401, "sign in", headers=CHALLENGE)
    return found


def person_of(request: Request) -> Principal | None:
    """Who asks, None where it is no person."""
    found: Principal | None = request.scope["state"].get("principal")
    return found


Who = Annotated[Principal, Depends(principal_of)]
"""A handler's parameter: who asks."""


class _Place(NamedTuple):
    methods: frozenset[str]
    path_format: str
    pattern: Any


class _Guarded:
    """The ASGI app behind the gate."""

    def __init__(
        self,
        app: ASGIApp,
        its_desk: desk.Desk,
        refusals: Refusals,
        cookie: desk.Cookie,
        permissions: Mapping[str, Permission],
        places: Iterable[Place],
        frame: Frame | None,
    ) -> None:
        self._app = app
        self._desk = its_desk
        self._refusals = refusals
        self._cookie = cookie
        self._permissions = permissions
        self._frame = frame
        self._places = [_Place(place.methods, place.path_format, compile_path(place.path)[0]) for place in places]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path_format = self._asked_for(scope)
        if path_format is None:
            await self._app(scope, receive, send)  # no such route or method: the router says so, and `admitted` holds
            return
        permission = self._permissions[f"{scope['method']} {path_format}"]
        scope["state"]["admitted"] = (scope["method"], path_format)
        caller, status = Caller(), 0
        scope["state"]["caller"] = caller

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._decide(permission, scope, receive, watched)
        if (refusal := caller.refused(f"{scope['method']} {path_format}", status)) is not None:
            await run_in_threadpool(self._refusals.note, refusal)

    async def _decide(self, permission: Permission, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in as whoever comes, as a system or as a person; or refuse it."""
        headers = Headers(scope=scope)
        if "authorization" not in headers and is_from_elsewhere(scope["method"], headers):
            await self._refuse(scope, receive, send, 403, "a page of another site sent this")
        elif permission.public:
            await self._as(self._whoever_comes(permission, scope), scope, receive, send)
        else:
            await self._admit(permission, headers, scope, receive, send)

    def _asked_for(self, scope: Scope) -> str | None:
        """The route that the router will choose: the first that fits."""
        path, method = scope["path"], scope["method"]
        return next((p.path_format for p in self._places if method in p.methods and p.pattern.match(path)), None)

    async def _admit(
        self, permission: Permission, headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token, by_cookie = self._token(headers)
        if permission.keys and token is None and "authorization" in headers:
            caller_of(scope).is_(UNKNOWN_KEY, (EVERYWHERE,))
            await self._app(scope, receive, send)  # a system: the route reads its key
            return
        try:
            found = await run_in_threadpool(self._desk.admit, token, by_cookie=by_cookie) if token else None
        except Unavailable as error:
            _logger.warning("unavailable", error=str(error))
            await self._refuse(scope, receive, send, 503, "try again later", {"retry-after": "1"})
            return
        except Exception:
            if not self._is_page(scope):
                raise  # the last net of runtime.web answers
            _logger.exception("defect at the gate", path=scope["path"])
            await self._refuse(scope, receive, send, 500, "")
            return
        if found is None:
            asked = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            if not await self._led(headers, scope, send, "/login?" + urlencode({"next": asked})):
                await self._refuse(scope, receive, send, 401, "请先登录 (sign in, or send a token)", CHALLENGE)
            return
        scope["state"]["roles"] = found.principal.roles
        caller_of(scope).is_(found.principal.name, found.principal.tenants)
        acting = found.principal.acting_in(permission.roles)
        if found.principal.must_change and scope["path"] not in WHILE_CHANGING:
            if not await self._led(headers, scope, send, "/password"):
                await self._refuse(scope, receive, send, 403, "请先修改初始密码 (change your first password)")
        elif not acting.grants:
            await self._refuse(
                scope, receive, send, 403, "您的岗位没有这项权限 (none of your roles has a part in this)"
            )
        else:
            scope["state"]["principal"] = acting
            only_reads = scope["method"] in SAFE and not permission.audited
            witness = None if only_reads else audit.of_request(acting, permission, scope)
            mine = database.Acting(acting.tenants, witness, only_reads=only_reads, limits=acting.limits)
            await self._as(mine, scope, receive, self._turning(send, found.new_token))

    def _whoever_comes(self, permission: Permission, scope: Scope) -> database.Acting:
        if not permission.everywhere:
            return database.Acting()
        return database.Acting((EVERYWHERE,), None if scope["method"] in SAFE else audit.of_link(scope))

    async def _as(self, mine: database.Acting, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; every transaction of the request is for whom it says, unless it says otherwise itself."""
        before = database.acting.set(mine)
        try:
            await self._app(scope, receive, send)
        finally:
            database.acting.reset(before)

    def _token(self, headers: Headers) -> tuple[str | None, bool]:
        """The token of a session, and whether a cookie brought it; a header counts before a cookie."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme:
            return (
                (token.strip(), False)
                if scheme.lower() == "bearer" and token.strip().startswith(MARK)
                else (None, False)
            )
        return cookie_parser(headers.get("cookie", "")).get(self._cookie.name), True

    def _turning(self, send: Send, new_token: str | None) -> Send:
        if new_token is None:
            return send

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", self._cookie.written(new_token))
            await send(message)

        return decorated

    async def _led(self, headers: Headers, scope: Scope, send: Send, address: str) -> bool:
        """Lead a browser that asks for a page to another one; False for anybody else."""
        if not self._is_page(scope) or scope["method"] != "GET":
            return False
        if "hx-request" in headers:  # a part of a page: the whole page has to go there
            answer, status = [(b"hx-redirect", address.encode("latin-1"))], 401
        else:
            answer, status = [(b"location", address.encode("latin-1"))], 303
        await send({"type": "http.response.start", "status": status, "headers": [*answer, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return True

    async def _refuse(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if self._frame is not None and self._is_page(scope):
            await self._frame.trouble(Request(scope), status)(scope, receive, send)
        else:
            await refuse(scope, send, status, detail, headers)

    def _is_page(self, scope: Scope) -> bool:
        return self._frame is not None and not scope["path"].startswith(NO_PAGES)
