"""Render a service's templates inside the frame: escaped, with the moment of the data, under one closed policy."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import jinja2
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.pages import Page
from runtime.clock import Clock
from runtime.log import redact
from runtime.pages import words
from runtime.pages.assets import Assets
from runtime.pages.guard import DEFECT, TROUBLES, guarded
from runtime.pages.navigation import Addresses, groups

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Person(NamedTuple):
    """Who is signed in, as the head of a page names them; `leave` is the address that signs them out."""

    name: str
    unit: str
    leave: str


def nobody(request: Request) -> Person | None:  # noqa: ARG001 (the shape of the slot)
    """Nobody is signed in."""
    return None


def everywhere(request: Request, page: Page) -> bool:  # noqa: ARG001 (the shape of the slot)
    """Every page is shown."""
    return True


class Frame:
    """What a service's pages stand in.

    `package` holds the service's `templates/` (each begins with `{% extends "base.html" %}`); `service` is its name in
    the navigation, `pages` and `addresses` the navigation itself; `person_of` says who is signed in, `leads_to` which pages are
    shown to them. A page warns when the moment of its data lies further back than `stale_after`.
    """

    def __init__(
        self,
        *,
        package: str,
        service: str,
        pages: Sequence[Page],
        addresses: Addresses,
        clock: Clock,
        stale_after: timedelta | None = None,
        person_of: Callable[[Request], Person | None] = nobody,
        leads_to: Callable[[Request, Page], bool] = everywhere,
    ) -> None:
        self._service = service
        self._pages = tuple(pages)
        self._addresses = addresses
        self._clock = clock
        self._stale_after = stale_after
        self.greet(person_of, leads_to)
        self._assets = Assets()
        self.environment = _environment(package)
        self.environment.globals |= {
            "asset": self._assets.address,
            "home": addresses.get("reporting", "") + "/",
            "address_of": addresses.__getitem__,
        }

    def greet(self, person_of: Callable[[Request], Person | None], leads_to: Callable[[Request, Page], bool]) -> None:
        """Name in the head of each page whom `person_of` finds, and lead to the pages that `leads_to` holds of."""
        self._person_of = person_of
        self._leads_to = leads_to

    def router(self) -> APIRouter:
        """A router for pages: their errors are pages too, and they stand in no API document."""
        return APIRouter(route_class=guarded(self._trouble), include_in_schema=False)

    def assets(self) -> APIRouter:
        """The routes of what pages load; every service that has pages includes them."""
        router = self.router()

        @router.get("/static/{stamp}/{name:path}")
        def asset(request: Request, stamp: str, name: str) -> Response:
            """One of the few files that pages load."""
            return self._assets.answer(request, stamp, name)

        @router.get("/favicon.ico")
        def icon(request: Request) -> Response:
            """Browsers ask for it by themselves; a missing one counts as an error of the page."""
            return self._assets.answer(request, "", "favicon.svg")

        return router

    def now(self) -> datetime:
        """The moment of a page that shows what its own service holds."""
        return self._clock.now()

    def page(
        self,
        request: Request,
        name: str,
        *,
        as_of: datetime | None,
        status: int = HTTPStatus.OK,
        bare: bool = False,
        **shown: Any,
    ) -> HTMLResponse:
        """Answer with the template `name`; `as_of` is the moment up to which its numbers count, None where it has none.

        A `bare` page is for the public, and for whoever is not in yet: it leads nowhere inside, names nobody and loads no
        script. The template may also use `now`, `moment` (`as_of`, else now) and `stale`.
        """
        now = self._clock.now()
        stale = as_of is not None and self._stale_after is not None and now - as_of > self._stale_after
        told: Mapping[str, Any] = {
            "as_of": as_of,
            "moment": as_of or now,
            "now": now,
            "stale": stale,
            "bare": bare,
            "person": None if bare else self._person_of(request),
            "navigation": ()
            if bare
            else groups(
                [page for page in self._pages if self._leads_to(request, page)],
                self._addresses,
                service=self._service,
                path=request.url.path,
                query=request.url.query,
            ),
        }
        text = self.environment.get_template(name).render({**told, **shown})
        return HTMLResponse(text, status, headers={"content-security-policy": POLICY})

    def trouble(self, request: Request, status: int) -> Response:
        """The page of a status, for who answers before any route does."""
        title, sentence = TROUBLES.get(status, DEFECT)
        return self._trouble(request, status, title, sentence, ())

    def _trouble(self, request: Request, status: int, title: str, sentence: str, points: Sequence[str]) -> Response:
        trace_id = request.scope.get("state", {}).get("trace_id", "")
        shown = {"title": title, "sentence": sentence, "points": points, "trace_id": trace_id}
        return self.page(request, "trouble.html", as_of=None, status=status, **shown)


def _environment(package: str) -> jinja2.Environment:
    """Every value is escaped, and a name that nobody gave is a defect, never an empty place."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, "templates"), jinja2.PackageLoader("runtime.pages", "templates")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": words.moment_text,
        "second": words.second_text,
        "number": words.number,
        "plain": redact,
    }
    environment.globals |= {"link": words.link, "share": words.share, "NONE": words.NONE}
    return environment
