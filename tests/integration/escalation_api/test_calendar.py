"""The calendar of obligations shows who owes what, and what came, in words."""

import pytest
from fastapi.testclient import TestClient

from contracts.roles import Role
from tests.conftest import SignedIn


def test_what_is_owed_is_listed(api: TestClient) -> None:
    """With the unit, the term and the state; the same duties as the API gives."""
    items = api.get("/v1/duties").json()["items"]
    html = api.get("/obligations").text
    open_ones = [one for one in items if one["state"] in ("missed", "owed")]

    assert 200 == api.get("/obligations").status_code
    assert open_ones
    assert all(one["title"] in html for one in open_ones[:50])


@pytest.mark.parametrize("state", ["missed", "owed", "late", "in_time", "without_term"])
def test_each_state_has_a_list(api: TestClient, state: str) -> None:
    """Empty ones are said to be so."""
    assert 200 == api.get(f"/obligations?state={state}").status_code


def test_another_county_sees_no_duty_of_this_one(api: TestClient, signed_in: SignedIn) -> None:
    """It is told that nothing is owed in its scope."""
    assert "没有这样的事项" in api.get("/obligations", headers=signed_in(Role.COUNTY, "330402")).text


def test_a_state_that_is_none_is_said_in_words(api: TestClient) -> None:
    """A page, not a bare document."""
    assert "无法理解这个请求" in api.get("/obligations?state=lost").text
