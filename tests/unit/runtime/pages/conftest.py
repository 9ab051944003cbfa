"""A frame over templates of a test's own."""

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest
from fastapi import Request
from starlette.testclient import TestClient

from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.pages import Frame, Person
from runtime.testing import ManualClock
from runtime.web import create_app
from tests.unit.runtime.pages.scene import ADDRESSES, NOW, STALE, TABLE, add_pages

Visit = Callable[[str], TestClient]


@pytest.fixture
def person() -> Person | None:
    """Nobody is signed in unless a test says who."""
    return None


@pytest.fixture
def frame(tmp_path: Path, person: Person | None) -> Frame:
    """The frame of the service `toys`."""

    def person_of(request: Request) -> Person | None:
        return person

    made = Frame(
        package="runtime.pages",
        service="toys",
        pages=TABLE,
        addresses=ADDRESSES,
        clock=ManualClock(NOW),
        stale_after=STALE,
        person_of=person_of,
    )
    own = '{% extends "base.html" %}{% block title %}{{ what }}{% endblock %}{% block content %}<p>{{ what }}</p>{% endblock %}'
    loader = made.environment.loader
    assert loader is not None
    made.environment.loader = jinja2.ChoiceLoader([jinja2.DictLoader({"toy.html": own}), loader])
    return made


@pytest.fixture
def client(frame: Frame) -> TestClient:
    """A client of an app with a few pages."""
    router = frame.router()
    add_pages(router, frame)
    app = create_app(title="toys", metrics=Metrics(RUNTIME_METRICS), routers=[router, frame.assets()])
    return TestClient(app, raise_server_exceptions=False)
