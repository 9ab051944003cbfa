"""A tree of conditions says who is told; a file that cannot be meant is refused with the place and the mend."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from contracts.vocabulary import Level, Measure, RuleId, Status
from services.notify.core.routes import InvalidRoutes, Routes, routes_from
from services.notify.core.ways import Detour
from tests.unit.services.notify.given import PLACES, TREE, decision

FOREST: dict[str, Any] = {
    "version": 1,
    "roles": {"office": "安委办", "leader": "分管领导", "sector": "专委办"},
    "route": {
        "name": "全部",
        "to": ["office"],
        "routes": [
            {"name": "抄送", "match": {"measure": ["supervision_letter"]}, "to": ["leader"], "carry_on": True},
            {
                "name": "温岭",
                "match": {"tenant": ["331081"]},
                "settle_seconds": 60,
                "routes": [
                    {"name": "工贸", "match": {"sector": ["工贸"]}, "to": ["sector@工矿和危化品专委办"]},
                    {"name": "解除不告知", "match": {"rule": ["due_soon"]}, "tell": ["raised", "retracted"]},
                ],
            },
            {"name": "县以上", "match": {"level": ["county", "city"]}, "channels": ["email", "webhook"]},
        ],
    },
}


def found(routes: Routes, **changes: Any) -> list[str]:
    told = decision(**changes)
    return [hit.path for hit in routes.hits(told, PLACES.lineage(told.tenant))]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        pytest.param({}, ["全部/温岭/工贸"], id="the deepest node takes it"),
        pytest.param({"context": {}}, ["全部/温岭"], id="a node whose children do not match takes it itself"),
        pytest.param({"tenant": "330400"}, ["全部"], id="the root takes what nobody else does"),
        pytest.param({"tenant": "330400", "level": Level.CITY}, ["全部/县以上"], id="siblings are tried in order"),
        pytest.param(
            {"measure": Measure.SUPERVISION_LETTER},
            ["全部/抄送", "全部/温岭/工贸"],
            id="carry_on looks at later siblings",
        ),
        pytest.param({"level": Level.COUNTY}, ["全部/温岭/工贸"], id="without it the first sibling keeps it"),
    ],
)
def test_the_nodes_that_take_a_decision(changes: dict[str, Any], paths: list[str]) -> None:
    """Depth first, first match, unless a node carries on."""
    assert paths == found(routes_from(FOREST), **changes)


def test_a_node_inherits_what_it_leaves_out() -> None:
    """Recipients, channels, statuses and the pause come from above until a node says otherwise."""
    told = decision(rule=RuleId.DUE_SOON, context={})

    (hit,) = routes_from(FOREST).hits(told, PLACES.lineage(told.tenant))

    assert (
        hit.options.to,
        hit.options.channels,
        hit.options.tell,
        hit.options.settle.total_seconds(),
    ) == (("office",), ("email",), (Status.RAISED, Status.RETRACTED), 60.0)


def test_the_reason_names_path_and_conditions() -> None:
    """An operator reads why somebody is told."""
    told = decision()

    (hit,) = routes_from(FOREST).hits(told, PLACES.lineage(told.tenant))

    assert hit.why == "全部/温岭/工贸（辖区 331081，行业 工贸）"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"to": ["chief"]}, "role 'chief' is not listed under roles", id="unknown role"),
        pytest.param({"to": ["office@"]}, "ends after @", id="a place is missing"),
        pytest.param({"channels": []}, "channels is empty", id="no channel"),
        pytest.param({"tell": ["raised"]}, "tell lacks retracted", id="a retraction has to be told"),
        pytest.param({"tell": ["retracted", "coalesced"]}, "coalesced, which is never a notice", id="never told"),
        pytest.param({"settle_seconds": -1}, "settle_seconds is negative", id="negative pause"),
        pytest.param({"routes": [{"name": "a"}, {"name": "a"}]}, "two routes are called 'a'", id="two of one name"),
        pytest.param({"routes": [{"name": "a", "to": ["chief"]}]}, "默认/a: role 'chief'", id="the place is named"),
        pytest.param({"tells": []}, r"unknown field `tells` - at `\$.route`", id="unknown key"),
        pytest.param({"match": {"levels": ["town"]}}, "unknown field `levels`", id="unknown condition"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(change: dict[str, Any], message: str) -> None:
    """The refusal names the node and what is wrong with it."""
    document = copy.deepcopy(TREE)
    document["route"] = document["route"] | change

    with pytest.raises(InvalidRoutes, match=message):
        routes_from(document)


def test_another_version_is_refused() -> None:
    """A file of a later form is not read half."""
    with pytest.raises(InvalidRoutes, match="version 2 is not known"):
        routes_from(TREE | {"version": 2})


@pytest.mark.parametrize(
    ("detour", "why"),
    [
        ({"after_minutes": 0}, "not positive"),
        ({"channels": ["pigeon"]}, "no channel 'pigeon'"),
        ({"after": 5}, "unknown field"),
    ],
    ids=["at once", "no such channel", "no such member"],
)
def test_a_detour_that_makes_no_sense_is_refused(detour: dict[str, Any], why: str) -> None:
    """With the mend."""
    with pytest.raises(InvalidRoutes, match=why):
        routes_from(TREE | {"detour": detour})


def test_detours_are_as_the_file_says() -> None:
    """Without a word of it after half an hour; without channels never."""
    assert routes_from(TREE).detour == Detour()
    assert routes_from(TREE | {"detour": {"after_minutes": 5, "channels": []}}).detour == Detour(
        after=timedelta(minutes=5), channels=()
    )
