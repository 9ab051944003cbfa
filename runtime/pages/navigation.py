"""Lead from page to page over all services: a table of pages, and where each service is reached."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from contracts.pages import Page

Addresses = Mapping[str, str]
"""The base address of each service for browsers; an empty one is the page's own host."""


class Place(NamedTuple):
    """One page of the table as the head of a page shows it."""

    label: str
    address: str
    current: bool


class Group(NamedTuple):
    """Pages that stand together; its head leads to the first."""

    label: str
    address: str
    current: bool
    places: tuple[Place, ...]


def groups(pages: Iterable[Page], addresses: Addresses, *, service: str, path: str, query: str) -> tuple[Group, ...]:
    """The whole navigation as a page of `service` at `path` shows it."""
    pages = tuple(pages)
    here = current(pages, service=service, path=path, query=query)
    grouped: dict[str, list[Place]] = {}
    for page in pages:
        place = Place(page.label, addresses.get(page.service, "") + page.path, page is here)
        grouped.setdefault(page.group, []).append(place)
    return tuple(
        Group(label, places[0].address, any(place.current for place in places), tuple(places))
        for label, places in grouped.items()
    )


def current(pages: Iterable[Page], *, service: str, path: str, query: str) -> Page | None:
    """The line of the table that a page belongs to: the one that says most of its address."""
    asked = set(parse_qsl(query))
    fitting = [page for page in pages if page.service == service and _fits(page, path, asked)]
    return max(fitting, key=lambda page: len(page.path), default=None)


def _fits(page: Page, path: str, asked: set[tuple[str, str]]) -> bool:
    wanted = urlsplit(page.path)
    below = wanted.path != "/" and path.startswith(wanted.path.rstrip("/") + "/")
    return (path == wanted.path or below) and set(parse_qsl(wanted.query)) <= asked
