"""Answer in JSON, say what an answer holds, and refuse a parameter: what the routes of this service share."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import Response

from runtime.web import Problem

encode: Final = msgspec.json.Encoder().encode


def as_json(body: object) -> Response:
    """The body as JSON."""
    return Response(encode(body), media_type="application/json")


def bad(parameter: str, detail: str) -> Problem:
    """400: what is wrong with a parameter."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, errors=[{"parameter": parameter, "detail": detail}])


def documented(*members: str) -> dict[int | str, dict[str, Any]]:
    """An object with these members, for the OpenAPI document; records are the decisions of `escalation.facts`."""
    schema = {"type": "object", "required": list(members), "properties": {member: {} for member in members}}
    return {HTTPStatus.OK.value: {"description": "OK", "content": {"application/json": {"schema": schema}}}}
