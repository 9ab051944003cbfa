"""Who is told what opens, and who is told what follows."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.vocabulary import Level, Measure, NoticeState, Status, Suppression
from services.notify.core.holding import superiors
from services.notify.core.notice import Notice
from services.notify.core.roster import Roster
from services.notify.core.stages.route import unit_at
from tests.unit.services.notify.given import LONG_AGO, PLACES, ROSTER, decision, planned, routes, seat, situation


def told(notices: tuple[Notice, ...]) -> list[tuple[str, str]]:
    return [(n.recipient, n.channel) for n in notices if n.state is NoticeState.CREATED]


def test_one_notice_for_each_recipient_and_channel() -> None:
    """A route with two roles and two channels gives four notices."""
    notices = planned(decision(measure=Measure.INSTANT_REPORT))

    assert told(notices) == [
        ("duty@331081", "email"),
        ("duty@331081", "webhook"),
        ("leader@331081", "email"),
        ("leader@331081", "webhook"),
    ]
    assert notices[0].why == "默认/即时报告（措施 即时报告） → duty@331081"


@pytest.mark.parametrize(
    ("place", "changes", "unit"),
    [
        ("acting", {}, "331081001"),
        ("acting", {"level": Level.COUNTY}, "331081"),
        ("acting", {"level": Level.COUNTY, "acts_for": "消防专委办"}, "消防专委办"),
        ("acting", {"level": Level.CITY, "committee": "331000"}, "331000"),
        ("tenant", {"level": Level.COUNTY}, "331081001"),
        ("parent", {}, "331081"),
        ("committee", {}, "331081"),
        ("addressee", {"context": {"addressee": "supervising_unit", "supervising_unit": "市公安局"}}, "市公安局"),
        ("addressee", {"context": {"addressee": "responsible_unit", "responsible_unit": "甲厂"}}, "甲厂"),
        ("addressee", {"context": {"addressee": "committee_office"}}, "331081"),
        ("addressee", {"context": {"addressee": "department"}, "acts_for": "消防专委办"}, "消防专委办"),
        ("addressee", {"context": {"addressee": "supervising_unit"}}, "331081001"),
        ("addressee", {}, "331081001"),
        ("331000", {}, "331000"),
        ("市应急管理局", {}, "市应急管理局"),
    ],
)
def test_whose_role_is_meant(place: str, changes: dict[str, Any], unit: str) -> None:
    """The word after @ leads to a unit by way of the decision."""
    assert unit == unit_at(place, decision(**changes), PLACES)


@pytest.mark.parametrize(
    ("unit", "line"),
    [
        ("331081001", ("331081001", "331081")),
        ("331081", ("331081",)),
        ("消防专委办", ("消防专委办", "331081001", "331081")),
    ],
)
def test_a_role_is_sought_upwards_to_the_committee(unit: str, line: tuple[str, ...]) -> None:
    """Never above the root tenant: another committee's people are not told."""
    assert line == superiors(unit, decision(), PLACES)


def test_an_unknown_tenant_still_leads_to_its_committee() -> None:
    """A code the table does not know, under a committee that is not above it: the committee is asked last."""
    assert superiors("990001", decision(tenant="990001"), PLACES) == ("990001", "331081")


def test_a_vacant_role_is_told_one_level_up() -> None:
    """城西街道 has no office: that of 温岭 is told, and the reason says so."""
    (notice,) = planned(decision(tenant="331081003"))

    assert notice.recipient == "office@331081"
    assert notice.why.endswith("（331081003 无人担任，转 331081）")


def test_a_role_that_nobody_holds_stays_visible() -> None:
    """The notice exists, set aside as having no recipient, and names the role that is vacant."""
    (notice,) = planned(decision(), situation(roster=Roster()))

    assert (
        notice.state,
        notice.suppression,
        notice.recipient,
        notice.error,
    ) == (NoticeState.SUPPRESSED, Suppression.NO_ROUTE, "office@331081001", "角色无人担任")


def test_a_route_without_roles_stays_visible() -> None:
    """A tree that names nobody is seen in the list of notices, not in silence."""
    (notice,) = planned(decision(), situation(tree=routes(to=[])))

    assert (notice.suppression, notice.recipient, notice.channel) == (Suppression.NO_ROUTE, "", "")


def test_a_holder_without_an_address_for_the_channel_stays_visible() -> None:
    """Who cannot be reached is named."""
    (notice,) = planned(decision(), situation(roster=Roster([seat(addresses={"robot": "x"})])))

    assert (notice.suppression, notice.error) == (Suppression.NO_ROUTE, "没有 email 地址")


def test_channels_without_an_address_are_left_out() -> None:
    """Who has an e-mail address only is told by e-mail only."""
    roster = Roster([seat("duty", "331081", addresses={"email": "a@example.cn"}), seat("leader", "331081")])

    notices = planned(decision(measure=Measure.INSTANT_REPORT), situation(roster=roster))

    assert told(notices) == [("duty@331081", "email"), ("leader@331081", "email"), ("leader@331081", "webhook")]


def test_who_sits_in_two_seats_is_told_once() -> None:
    """The second notice to one address is folded into the first."""
    both = {"email": "same@example.cn"}
    roster = Roster([seat("duty", "331081", addresses=both), seat("leader", "331081", addresses=both)])

    first, second = planned(decision(measure=Measure.INSTANT_REPORT), situation(roster=roster))

    assert (NoticeState.CREATED, Suppression.FOLDED, first.id) == (first.state, second.suppression, second.folded_into)


@pytest.mark.parametrize("status", [Status.PROVISIONAL, Status.COALESCED])
def test_what_is_never_told_makes_no_notice(status: Status) -> None:
    """Pending decisions and lower rungs have no notice of their own."""
    assert planned(decision(status=status)) == ()


def test_a_route_may_leave_out_a_beginning() -> None:
    """Where a route tells confirmed measures only, a proposal makes no notice."""
    tree = routes(tell=["confirmed", "retracted"])

    assert planned(decision(status=Status.PROPOSED), situation(tree=tree)) == ()


def test_a_route_may_leave_out_the_end() -> None:
    """Where a route does not tell `cleared`, nobody is told."""
    tree = routes(tell=["raised", "retracted"])
    opened = planned(decision(), situation(tree=tree))

    assert planned(decision(status=Status.CLEARED), situation(tree=tree), earlier=opened) == ()


def test_an_end_goes_to_who_was_told_the_beginning() -> None:
    """Not to whom the routes name by now."""
    opened = tuple(replace(n, state=NoticeState.DELIVERED) for n in planned(decision()))
    moved = Roster([seat("office", "331081001", seat="new", since=LONG_AGO)])

    (end,) = planned(decision(status=Status.RETRACTED), situation(roster=moved), earlier=opened)

    assert ("office@331081001", opened[0].id, "曾告知“已发出”") == (end.recipient, end.follows, end.why)


def test_nobody_hears_the_end_of_what_nobody_was_told() -> None:
    """A retraction without a beginning makes no notice."""
    assert planned(decision(status=Status.RETRACTED)) == ()


def test_an_end_follows_the_last_thing_that_was_told() -> None:
    """Proposed, then confirmed: the retraction answers the confirmation."""
    proposed = planned(decision(status=Status.PROPOSED))
    confirmed = planned(decision(status=Status.CONFIRMED, known_at=decision().known_at.replace(year=2024)))

    (end,) = planned(decision(status=Status.RETRACTED), earlier=confirmed + proposed)

    assert confirmed[0].id == end.follows


def test_the_present_holder_is_looked_up_by_handle() -> None:
    """The roster of the tests answers for every handle a route can give."""
    assert ROSTER.holder("duty@331081", situation().now) is not None
