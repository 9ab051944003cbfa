"""`/v1/session`: sign in for a token, see who one is, change the password, sign out."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from runtime.access.desk import WRONG, Desk
from runtime.access.passwords import LONGEST
from runtime.access.principal import Principal
from runtime.web import Problem

Secret = Annotated[str, Field(strict=True, max_length=LONGEST * 4)]


class SignIn(BaseModel):
    """Who comes."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(strict=True, max_length=64)] = Field(description="the account's name")
    password: Secret


class NewPassword(BaseModel):
    """The password that was, and the one that is to be."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: Secret
    new: Secret


class GrantShown(BaseModel):
    """A role for a sub-tree of tenants; no sectors: all of them."""

    role: str
    role_name: str
    tenant: str
    sectors: list[str]


class PersonShown(BaseModel):
    """Who one is."""

    name: str
    display: str
    must_change: bool = Field(description="the password has to be changed before anything else")
    grants: list[GrantShown]


class SessionShown(PersonShown):
    """A session that was opened: send the token as `Authorization: Bearer`."""

    token: str


def router(desk: Desk) -> APIRouter:
    """The routes of sessions."""
    routes = APIRouter(prefix="/v1/session", tags=["session"])

    @routes.post("", status_code=201)
    def sign_in(asked: SignIn) -> SessionShown:
        """Open a session with name and password; it ends after an hour without use, and after twelve in any case."""
        opened = desk.sign_in(asked.name, asked.password, "bearer")
        if opened is None:
            raise Problem(401, WRONG)
        return SessionShown(token=opened.token, **_shown(opened.principal))

    @routes.get("")
    def show(request: Request) -> PersonShown:
        """Who one is, with every role."""
        return PersonShown(**_shown(request.scope["state"]["principal"]))

    @routes.delete("", status_code=204)
    def sign_out(request: Request) -> Response:
        """End this session."""
        desk.sign_out(request.scope["state"]["principal"])
        return Response(status_code=204)

    @routes.put("/password", status_code=204)
    def change(request: Request, asked: NewPassword) -> Response:
        """Change the password; every other session of the account ends."""
        if not desk.change_password(request.scope["state"]["principal"], asked.old, asked.new):
            raise Problem(401, WRONG)
        return Response(status_code=204)

    return routes


def _shown(principal: Principal) -> dict[str, Any]:
    return {
        "name": principal.name,
        "display": principal.display,
        "must_change": principal.must_change,
        "grants": [
            GrantShown(role=each.role, role_name=each.role.chinese, tenant=each.tenant, sectors=list(each.sectors))
            for each in principal.grants
        ],
    }
