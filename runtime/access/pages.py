"""The pages by which people sign in, change their password and sign out, in the frame of all pages."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from contracts.pages import Page
from contracts.permissions import opens
from runtime.access.desk import Cookie, Desk
from runtime.access.principal import Principal
from runtime.errors import Rejected
from runtime.pages import Frame, Person

WRONG: Final = "账号或密码不对，或者账号因多次输错暂时锁定。请核对后再试；忘记密码请联系管理员。"
LONGEST: Final = 1_000

Secret = Annotated[str, Form(max_length=LONGEST)]
Next = Annotated[str, Query(max_length=LONGEST)]
NextField = Annotated[str, Form(max_length=LONGEST)]


def head_of(request: Request) -> Person | None:
    """Whom the head of a page names."""
    found: Principal | None = request.scope.get("state", {}).get("principal")
    if found is None:
        return None
    roles = "、".join(sorted({grant.role.chinese for grant in found.grants}))
    return Person(name=found.display, unit=roles, leave="/logout")


def leads_to(request: Request, page: Page) -> bool:
    """Whether the navigation shows a page: what nobody of one's roles may open would only be refused."""
    roles = request.scope.get("state", {}).get("roles")
    return roles is None or opens(page.service, page.path, roles)


def router(desk: Desk, frame: Frame, cookie: Cookie, provider: str = "") -> APIRouter:
    """The routes of these pages; `provider` is what people call the identity provider, empty where there is none."""
    routes = frame.router()

    def form(request: Request, wanted: str, *, name: str = "", wrong: str = "") -> Response:
        status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
        shown: dict[str, Any] = {"wanted": wanted, "given": name, "wrong": wrong, "provider": provider}
        return frame.page(request, "login.html", as_of=None, status=status, bare=True, **shown)

    def password_form(request: Request, wrong: Sequence[str] = ()) -> Response:
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        who = _person(request)
        return frame.page(request, "password.html", as_of=None, status=status, wrong=wrong, who=who)

    @routes.get("/login")
    def ask(request: Request, next: Next = "/") -> Response:  # noqa: A002 (its name in the address)
        """Ask for name and password."""
        return form(request, local_path(next))

    @routes.post("/login")
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=LONGEST)],
        password: Secret,
        next: NextField = "/",  # noqa: A002 (its name in the form)
    ) -> Response:
        """Open a session and lead on; the same words whatever is wrong."""
        opened = desk.sign_in(name.strip(), password, "cookie")
        if opened is None:
            return form(request, local_path(next), name=name.strip(), wrong=WRONG)
        to = "/password" if opened.principal.must_change else local_path(next)
        return _led(to, cookie.written(opened.token))

    @routes.post("/logout")
    def sign_out(request: Request) -> Response:
        """End the session."""
        desk.sign_out(_person(request))
        return _led("/login", cookie.cleared())

    @routes.get("/password")
    def ask_password(request: Request) -> Response:
        """Ask for a new password."""
        return password_form(request)

    @routes.post("/password")
    def change(request: Request, old: Secret, new: Secret, again: Secret) -> Response:
        """Change the password."""
        if new != again:
            return password_form(request, ["两次输入的新密码不一致。"])
        try:
            done = desk.change_password(_person(request), old, new)
        except Rejected as error:
            return password_form(request, error.detail)
        return _led("/") if done else password_form(request, ["原密码不对，或者账号暂时锁定。"])

    return routes


def local_path(wanted: str) -> str:
    """The path that somebody wanted to see, on this very host; anything else leads to the first page."""
    parts = urlsplit(wanted)
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_local and wanted.isprintable() else "/"


def _person(request: Request) -> Principal:
    found: Principal = request.scope["state"]["principal"]
    return found


def _led(to: str, cookie: str = "") -> Response:
    headers = {"set-cookie": cookie} if cookie else {}
    return RedirectResponse(to, HTTPStatus.SEE_OTHER, headers=headers)
