"""Lists come as programs want them: with some fields, as lines or as a table, and never with a formula."""

import csv
import io
import json
from typing import Any

from starlette.testclient import TestClient


def get(client: TestClient, **asked: Any) -> Any:
    return client.get("/v1/hazards", params=asked)


def test_fields_narrow_the_items(client: TestClient) -> None:
    """In the order asked for; a part of a field by its path; all else stays."""
    answer = get(client, fields="hazard_id,site.name", limit=2).json()

    assert [["hazard_id", "site.name"]] * 2 == [list(item) for item in answer["items"]]
    assert answer["next"]
    assert answer["as_of"]


def test_a_field_that_does_not_exist_is_named(client: TestClient) -> None:
    """With those that do."""
    answer = get(client, fields="hazard_id,secret")

    assert 400 == answer.status_code
    assert "secret" in answer.json()["detail"]


def test_lines_follow_the_pages(client: TestClient) -> None:
    """The header names the next page, until there is none; together they are the whole list."""
    found: list[str] = []
    address = "/v1/hazards?format=jsonl&fields=hazard_id&limit=2"
    while address:
        answer = client.get(address)
        assert "application/x-ndjson" == answer.headers["content-type"]
        found += [json.loads(line)["hazard_id"] for line in answer.text.splitlines()]
        address = answer.links.get("next", {}).get("url", "")

    assert [item["hazard_id"] for item in get(client).json()["items"]] == found


def test_a_table_has_a_column_for_each_part(client: TestClient) -> None:
    """Parts of parts too; texts are texts."""
    rows = list(csv.DictReader(io.StringIO(get(client, format="csv").text.removeprefix("\ufeff"))))

    assert 5 == len(rows)
    assert {"hazard_id", "site.name", "area.name", "deadline.last_day"} <= set(rows[0])
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_an_empty_list_is_a_table_with_its_head(client: TestClient) -> None:
    """A county without hazards."""
    assert "hazard_id" in get(client, format="csv", tenant="110101").text
    assert "" == get(client, format="jsonl", tenant="110101").text
