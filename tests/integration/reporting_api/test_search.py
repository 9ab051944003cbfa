"""A text is found by its characters and pairs, within what a person may see, under the API's own login."""

from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from contracts.roles import Role
from services.reporting.store import search
from tests.conftest import SignedIn
from tests.people import as_role


def found(client: TestClient, text: str, **who: str) -> list[str]:
    """The ids of the hazards that the ledger finds."""
    answer = client.get("/v1/hazards", params={"q": text}, headers=who)
    assert answer.status_code == 200, answer.text
    return sorted(item["hazard_id"] for item in answer.json()["items"])


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("塑", ["<script>/4?"], id="one character"),
        pytest.param("塑料", ["<script>/4?"], id="two characters"),
        pytest.param("示范路2号", ["<script>/4?"], id="an address"),
        pytest.param("SCRIPT", ["<script>/4?"], id="in capitals"),
        pytest.param("料塑", [], id="the same characters in another order"),
        pytest.param("%", [], id="no wildcard of ours"),
        pytest.param("_", [], id="nor this"),
        pytest.param("𠮷", [], id="beyond the first plane"),
        pytest.param("h-1", ["H-1"], id="an id"),
    ],
)
def test_any_part_is_found(client: TestClient, text: str, ids: list[str]) -> None:
    """Characters of any plane; wildcards mean themselves."""
    assert ids == found(client, text)


def test_a_common_text_is_found_on_the_way(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a few hazards hold it: the same answer by the other way."""
    before = found(client, "示范")
    monkeypatch.setattr(search, "RARE", 1)

    assert len(before) > 1
    assert before == found(client, "示范")


def test_nothing_is_found_beyond_the_scope(client: TestClient, signed_in: SignedIn) -> None:
    """A town's clerk finds what lies in the town, whatever they look for."""
    clerk = signed_in(Role.COUNTY, "331081001")

    assert ["<script>/4?"] == found(client, "塑料", **clerk)
    assert [] == found(client, "117", **clerk)
    assert found(client, "117")


@pytest.fixture
def api(client: TestClient, database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The database as the API's login meets it."""
    with psycopg.connect(as_role(database_url, "reporting", "api"), options="-c search_path=reporting") as connection:
        yield connection


@pytest.mark.parametrize(
    ("tenants", "count"),
    [
        pytest.param(None, 0, id="no scope is set"),
        pytest.param("", 0, id="an empty one"),
        pytest.param("330402", 0, id="another county"),
        pytest.param("331081001", 1, id="its town"),
        pytest.param("*", 1, id="everywhere"),
    ],
)
def test_the_functions_keep_to_the_scope_themselves(
    api: psycopg.Connection[tuple[object, ...]], tenants: str | None, count: int
) -> None:
    """They run as the owner, so that indexes may be used: what row security would hide they hide."""
    if tenants is not None:
        api.execute(f"SET LOCAL bihuan.tenants = '{tenants}'")

    for name in ("find_hazards", "find_sites"):
        rows = api.execute(f"SELECT * FROM {name}('塑料', '%塑料%', '', 10)").fetchall()
        assert count == len(rows), name
