"""No route meets a body that is too large, too slow, or JSON that two readers would read differently."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from runtime import bodies
from runtime.bodies import BODY_LIMIT, LARGE_AT_ONCE, Limits, fault_of

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param(b'{"a": 1, "a": 2}', "a key twice", id="a key twice"),
        pytest.param(b'{"a": [{"b": 1, "b": 1}]}', "a key twice", id="further in"),
        pytest.param(b'{"a": NaN}', "a number that is none", id="NaN"),
        pytest.param(b"[-Infinity]", "a number that is none", id="infinity"),
        pytest.param(b'{"a": "\x00"}', "NUL", id="a NUL byte"),
        pytest.param(b'{"a": "\\u0000"}', "NUL", id="a NUL by escape"),
        pytest.param(b'{"a": "\\ud800"}', "surrogate", id="half a character"),
        pytest.param(b'{"\\udfff": 1}', "surrogate", id="half a character as key"),
        pytest.param(b'{"a": "\xff"}', "not UTF-8", id="another encoding"),
        pytest.param(b"[" * 100_000, "deeper than 32", id="a hundred thousand levels"),
    ],
)
def test_unfit_json_is_named_by_its_fault(body: bytes, fault: str) -> None:
    """And nothing of it is told."""
    said = fault_of(body)

    assert said is not None
    assert fault in said
    assert "canary" not in said


@given(PLAIN)
def test_ordinary_json_is_let_through(value: Any) -> None:
    """However it is written."""
    assert fault_of(json.dumps(value).encode()) is None
    assert fault_of(json.dumps(value, ensure_ascii=False).encode()) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    """Whatever somebody sends."""
    assert fault_of(body) is None or isinstance(fault_of(body), str)


class Door:
    """The limits over an app that notes what came through, and what was refused."""

    def __init__(self, limit: int = BODY_LIMIT) -> None:
        self.taken: list[bytes] = []
        self.refused: list[int] = []
        self.going_on = asyncio.Event()
        self._limits = Limits(self._app, {"/up": limit}, self._refuse)

    async def ask(self, *pieces: bytes, path: str = "/up", hang: bool = False, **headers: str) -> None:
        sent = list(pieces)

        async def receive() -> Message:
            if not sent:
                await asyncio.sleep(3_600)  # a sender that says no more
            return {"type": "http.request", "body": sent.pop(0), "more_body": hang or bool(sent)}

        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self._limits({"type": "http", "path": path, "headers": told}, receive, self._nobody)

    async def _app(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        self.taken.append((await receive())["body"])
        await self.going_on.wait()

    async def _refuse(
        self, _scope: Scope, _send: Send, status: int, _detail: str, _headers: Mapping[str, str] | None
    ) -> None:
        self.refused.append(status)

    async def _nobody(self, _message: Message) -> None:
        pass


@pytest.mark.parametrize("body", [b"{", b'{"a": canary}', b"", b'{"a": "' + b"[" * 100 + b'"}'])
def test_the_rest_is_left_to_the_route(body: bytes) -> None:
    """What is no JSON is refused there, with its place; brackets in a text are text."""
    assert fault_of(body) is None


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """408, and no route has seen it."""
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)

    async def story() -> Door:
        door = Door()
        await door.ask(b"begun", hang=True)
        return door

    door = asyncio.run(story())
    assert ([408], []) == (door.refused, door.taken)


@pytest.mark.parametrize("declared", ["9999999", "-1", "many", "1e9"])
def test_a_length_that_is_none_or_too_large_is_refused_before_a_byte_is_read(declared: str) -> None:
    """413, without waiting for the rest."""

    async def story() -> Door:
        door = Door()
        await door.ask(b"x", content_length=declared)
        return door

    assert [413] == asyncio.run(story()).refused


def test_a_body_that_grows_over_its_limit_is_refused() -> None:
    """Whatever it declared."""

    async def story() -> Door:
        door = Door()
        await door.ask(b"x" * BODY_LIMIT, b"x", content_length="1")
        return door

    assert [413] == asyncio.run(story()).refused


def test_only_so_many_large_bodies_are_read_at_once() -> None:
    """The next one is asked to come again; small ones are not held up, and a place that gets free is used."""

    async def story() -> Door:
        door = Door(limit=BODY_LIMIT * 4)
        large = str(BODY_LIMIT + 1)
        tasks = [asyncio.create_task(door.ask(b"x", content_length=large)) for _ in range(LARGE_AT_ONCE + 1)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # the one that is refused
        small = asyncio.create_task(door.ask(b"small", content_length="5"))
        asyncio.get_running_loop().call_later(0, door.going_on.set)
        await asyncio.gather(*tasks, small)
        await door.ask(b"later", content_length=large)
        return door

    door = asyncio.run(story())
    assert [503] == door.refused
    assert [b"small", b"later"] == [body for body in door.taken if body != b"x"]
