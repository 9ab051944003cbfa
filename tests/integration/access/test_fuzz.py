"""schemathesis through every route as each role: no 5xx, no answer that OpenAPI does not name (`make fuzz`: 20,000 cases)."""

import os
import sys
from typing import Final

import pytest
from schemathesis.checks import not_a_server_error

from contracts.permissions import Permission, table_of
from contracts.roles import Role
from tests.doors import SERVICES, document_of
from tests.integration.access.conftest import World
from tests.integration.access.fuzzing import CHECKS, Caller, Tally, document_for, fuzz
from tests.integration.access.things import FOREIGN, MISSING, OWN
from tests.people import sign_in

CASES: Final = int(os.environ.get("FUZZ_CASES", "600"))
"""Over all services; each route gets its share, as each who may come."""

LONG: Final = 5_000
"""Cases from which on every route is asked as everybody who may come."""

OTHER_TOKENS: Final = {"POST /v1/alerts"}
"""Alertmanager's door has a token of its own, which no system's key opens."""

FEWEST: Final = 5
"""Cases of a route as one caller: the first that hypothesis makes is always the simplest."""

BREAKING: Final = {"DELETE /v1/session", "POST /logout", "POST /password", "PUT /v1/session/password"}
"""What ends or locks the session that asks: sent under a session of its own, once."""


GOT: Final[dict[str, set[str]]] = {}
"""Who got an answer of success, service by service."""


def _callers(world: World, service: str, permission: Permission) -> list[Caller]:
    things = tuple({**one, **one.get(service, {})} for one in (OWN, OWN, FOREIGN, MISSING))
    if permission.public:
        return [Caller("nobody", {}, things)]
    roles = [Caller(str(role), world.tokens[role], things) for role in Role if role in permission.roles]
    keys = [Caller("system", {"authorization": f"Bearer {world.key}"}, things)] if permission.keys else []
    return roles + keys


def _some(callers: list[Caller], place: int) -> list[Caller]:
    """All of them, in a long run; in a short one those whose turn it is, so that each role comes at some route."""
    return callers if CASES >= LONG else [callers[place % len(callers)]]


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("service", SERVICES)
def test_no_case_finds_an_answer_that_is_not_described(world: World, service: str) -> None:
    """Each role gets something, nobody's token is refused, and NUL bytes are among what is sent."""
    tally = Tally()
    table = table_of(service, pages=True)
    operations = document_for(document_of(service))
    served = world.apps[service].openapi()["paths"]
    pairs = [
        (operation, caller)
        for place, (route, operation) in enumerate(operations.items())
        for caller in _some(_callers(world, service, table[route]), place)
    ]
    share = max(FEWEST, CASES // (len(SERVICES) * len(pairs)))
    for operation, caller in pairs:
        route = f"{operation.method.upper()} {operation.path}"
        sent_as = caller
        if route in BREAKING and caller.name != "nobody":
            sent_as = Caller(caller.name, sign_in(world.url, Role(caller.name), "331083"), caller.things)
        fuzz(
            operation,
            world.apps[service],
            world.clients[service].portal,
            sent_as,
            share,
            tally,
            checks=CHECKS if operation.path in served else [not_a_server_error],
        )
    count = sum(tally.cases.values())
    sys.stdout.write(
        f"\nfuzz {service}: {len(operations)} routes, {count} cases, {tally.nul} with NUL, {tally.answers}\n"
    )

    assert not tally.wrong, "\n".join(f"{wrong}\n    {case}" for wrong, case in sorted(tally.wrong.items()))
    assert tally.nul > 0
    assert tally.refused <= BREAKING | OTHER_TOKENS
    GOT[service] = {name for name, answers in tally.answers.items() if any(status < 300 for status in answers)}


def test_each_role_got_something() -> None:
    """Else a run says nothing of what lies behind the doors."""
    if GOT.keys() != set(SERVICES):
        pytest.skip("says something of a run that asked all four services; this one was told to ask some")

    assert set.union(*GOT.values()) == {*map(str, Role), "nobody", "system"}
