"""Send to a route what schemathesis makes of its OpenAPI document, as bytes, in process, and hold the answer against it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HERE: Final = "http://testserver"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNAUTHENTICATED: Final = 401


@schemathesis.serializer(DOCX)
def _as_file(_: Any, value: Any) -> bytes:
    """A document travels as the bytes that were made for it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass
class Tally:
    """What was sent and what came back: cases and answers by status for each caller, and what was wrong."""

    cases: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    nul: int = 0
    refused: set[str] = field(default_factory=set)
    wrong: dict[str, str] = field(default_factory=dict)

    def heard(self, caller: str, status: int) -> None:
        self.cases[caller] += 1
        self.answers.setdefault(caller, Counter())[status] += 1


@dataclass
class Caller:
    """Who sends: a name, the headers by which they show who they are, and which things their paths may name."""

    name: str
    headers: Mapping[str, str]
    things: tuple[Mapping[str, Any], ...] = ()


def document_for(document: dict[str, Any]) -> Any:
    """A document as schemathesis knows it; its operations by method and path."""
    schema = schemathesis.openapi.from_dict(document)
    operations: list[Any] = [found.ok() for found in cast("Any", schema.get_all_operations())]
    return {f"{one.method.upper()} {one.path}": one for one in operations}


def fuzz(
    operation: Any, app: FastAPI, portal: Any, caller: Caller, cases: int, tally: Tally, checks: Any = CHECKS
) -> None:
    """Send so many cases of one operation; three of four paths name things that are there, or were."""

    @seed(2023)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def send(data: Any) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        there = data.draw(st.sampled_from([None, *caller.things])) if "{" in operation.path else None
        told = {"path_parameters": dict(_named(operation.path, there))} if there else {}
        case = data.draw(operation.as_strategy(generation_mode=mode, **told))
        prepared = _prepared(case, caller)
        if prepared is None:
            return
        if data.draw(st.integers(0, 7)) == 7:
            _spoil(prepared)
        if b"\x00" in _bytes(prepared) or b"\\u0000" in _bytes(prepared) or "%00" in (prepared.url or ""):
            tally.nul += 1
        response = portal.call(_ask, app, prepared)
        tally.heard(caller.name, int(response.status_code))
        if response.status_code == UNAUTHENTICATED and caller.headers:
            tally.refused.add(f"{operation.method.upper()} {operation.path}")
        for sentence in _wrongs(case, response, checks):
            tally.wrong.setdefault(sentence, f"{prepared.method} {prepared.url} {_bytes(prepared)[:200]!r}")

    send()


def _named(path: str, things: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part in path.split("{")[1:]:
        name = part.partition("}")[0]
        yield name, things[name]


def _prepared(case: Any, caller: Caller) -> requests.PreparedRequest | None:
    """The case as it travels; None where it is nothing that HTTP can carry."""
    told = case.as_transport_kwargs(base_url=HERE)
    told["headers"] = {**told.get("headers", {}), **caller.headers}
    allowed = {"method", "url", "headers", "files", "data", "json", "params", "cookies"}
    try:
        return requests.Request(**{key: value for key, value in told.items() if key in allowed}).prepare()
    except (requests.exceptions.RequestException, UnicodeError, ValueError):
        return None


def _spoil(prepared: requests.PreparedRequest) -> None:
    """Put a NUL where a text ends: in the query, else in the body, else in the path."""
    body = _bytes(prepared)
    if "=" in urlsplit(prepared.url or "").query:
        prepared.url = f"{prepared.url}%00"
    elif b'"' in body:
        head, _, tail = body.rpartition(b'"')
        prepared.body = head + b'\\u0000"' + tail
    elif not body:
        prepared.url = f"{(prepared.url or '').partition('?')[0]}%00"


def _bytes(prepared: requests.PreparedRequest) -> bytes:
    body: Any = prepared.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


async def _ask(app: FastAPI, prepared: requests.PreparedRequest) -> Response:
    """One request through ASGI, without a client that would tidy it up."""
    address = urlsplit(prepared.url or "")
    headers = [(k.lower().encode("latin-1"), _raw(v)) for k, v in prepared.headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": prepared.method,
        "scheme": "http",
        "path": unquote(address.path),
        "raw_path": address.path.encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver", 80),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    body = [{"type": "http.request", "body": _bytes(prepared), "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not body:
            await asyncio.Event().wait()  # who asks again waits until the client leaves, and this one stays
        return body.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    found: dict[str, list[str]] = {}
    for name, value in start["headers"]:
        found.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Response(
        status_code=start["status"], headers=found, content=content, request=prepared, elapsed=0.0, verify=False
    )


def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")


def _wrongs(case: Any, response: Response, checks: Any) -> Iterator[str]:
    """What is wrong with an answer, in one line each."""
    where = f"{case.operation.method.upper()} {case.operation.path}"
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{where}: {_said(failure, response)}"
    except Failure as failure:
        yield f"{where}: {_said(failure, response)}"


def _said(failure: BaseException, response: Response) -> str:
    kind = (response.headers.get("content-type") or [""])[0]
    message = str(failure).splitlines()
    return f"{response.status_code} {kind}: {' '.join(message)[:200]}"
