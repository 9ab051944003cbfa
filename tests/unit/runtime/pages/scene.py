"""Pages of a service that sells toys: what a frame is asked for, and every way in which it can go wrong."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from contracts.pages import Page
from runtime.errors import Conflict, Unavailable
from runtime.pages import Frame, Trouble
from runtime.web import Problem

NOW = datetime(2023, 6, 1, 4, tzinfo=UTC)
STALE = timedelta(minutes=5)
ADDRESSES = {"toys": "http://127.0.0.1:23301", "books": ""}
TABLE = (
    Page("玩具", "全部", "toys", "/toys"),
    Page("玩具", "红色", "toys", "/toys?red=1"),
    Page("书", "全部", "books", "/books"),
)


def add_pages(router: APIRouter, frame: Frame) -> None:
    @router.get("/toys")
    def toys(request: Request, what: str = "木马", minutes: int = 0) -> Response:
        return frame.page(request, "toy.html", as_of=NOW - timedelta(minutes=minutes), what=what)

    @router.get("/toys/none")
    def none(request: Request) -> Response:
        return frame.page(request, "toy.html", as_of=None, what="木马")

    @router.get("/toys/forgotten")
    def forgotten(request: Request) -> Response:
        return frame.page(request, "toy.html", as_of=None)

    @router.get("/toys/trouble/{kind}")
    def trouble(kind: str) -> Response:
        errors = {
            "sentence": Trouble(409, "已经卖出。", ["第一", "<第二>"], title="卖完了"),
            "problem": Problem(403, "secret"),
            "conflict": Conflict("secret"),
            "unavailable": Unavailable("postgresql://secret@host"),
        }
        raise errors.get(kind, ZeroDivisionError("secret"))
