"""The navigation marks the one page that is open, whatever else its address says."""

import pytest

from contracts.pages import Page
from runtime.pages.navigation import current, groups

TABLE = (
    Page("一", "首页", "a", "/"),
    Page("二", "清单", "a", "/list"),
    Page("二", "迟的", "a", "/list?late=1"),
    Page("三", "别处", "b", "/list"),
)


@pytest.mark.parametrize(
    ("path", "query", "label"),
    [
        pytest.param("/", "", "首页", id="the first page"),
        pytest.param("/", "x=1", "首页", id="with a question"),
        pytest.param("/list", "", "清单", id="a list"),
        pytest.param("/list", "late=1&q=2", "迟的", id="the entry that says more wins"),
        pytest.param("/list/7", "", "清单", id="what lies below belongs to it"),
        pytest.param("/listing", "", None, id="another page that begins the same"),
        pytest.param("/people", "", None, id="no page of the table"),
    ],
)
def test_a_page_belongs_to_one_entry(path: str, query: str, label: str | None) -> None:
    """Of its own service."""
    found = current(TABLE, service="a", path=path, query=query)

    assert label == (found and found.label)


def test_groups_keep_the_order_of_the_table() -> None:
    """Each leads to its first page, at the address of the service that has it."""
    made = groups(TABLE, {"a": "", "b": "https://b.example"}, service="a", path="/list", query="")

    assert [("一", "/", False), ("二", "/list", True), ("三", "https://b.example/list", False)] == [
        (group.label, group.address, group.current) for group in made
    ]
    assert [("清单", True), ("迟的", False)] == [(place.label, place.current) for place in made[1].places]
