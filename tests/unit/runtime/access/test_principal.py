"""What somebody sees follows from the grants of the roles that open the door, and from nothing else."""

from uuid import UUID

import pytest

from contracts.divisions import load
from contracts.roles import EVERYWHERE, READING, Role
from runtime.access import Grant, Principal

DIVISIONS = load()


def person(*grants: tuple[Role, str] | tuple[Role, str, tuple[str, ...]]) -> Principal:
    given = tuple(Grant(role=row[0], tenant=row[1], sectors=row[2] if len(row) > 2 else ()) for row in grants)
    return Principal(name="p", display="某", grants=given, session=UUID(int=0), via="bearer")


def test_only_the_grants_of_the_doors_roles_count() -> None:
    """An auditor of the city who is in a county's team sees the city where auditors read, the county where teams act."""
    somebody = person((Role.AUDITOR, "331000"), (Role.TEAM, "331081"))

    assert ("331000", "331081") == somebody.acting_in(READING).tenants
    assert ("331081",) == somebody.acting_in({Role.TEAM}).tenants
    assert () == somebody.acting_in({Role.CITY}).tenants


def test_everywhere_swallows_the_rest() -> None:
    """Who may see everything has no list."""
    assert ("*",) == person((Role.CITY, "331000"), (Role.PROVINCE, "*")).tenants


def test_what_no_sector_limits_is_theirs_whole() -> None:
    """An export holds every sector: it is for the tenants of grants without a limit."""
    both = person((Role.COUNTY, "331081"), (Role.DEPARTMENT, "330302", ("工贸",)))

    assert ("331081",) == both.whole
    assert () == person((Role.DEPARTMENT, "330302", ("工贸",))).whole


@pytest.mark.parametrize(
    ("grants", "home"),
    [
        pytest.param([(Role.COUNTY, "331081")], "331081", id="one tenant is home"),
        pytest.param([(Role.COUNTY, "331081"), (Role.COUNTY, "331082")], "", id="two are not"),
        pytest.param([(Role.PROVINCE, "*")], "", id="everything is not"),
    ],
)
def test_home_is_the_only_tenant(grants: list[tuple[Role, str]], home: str) -> None:
    """Where numbers begin for who answers for one place."""
    assert home == person(*grants).home


@pytest.mark.parametrize(
    ("tenant", "reached"),
    [
        ("331081", True),
        ("331081006", True),
        ("331081006001", True),
        ("331082", False),
        ("331000", False),
        ("330300", False),
        ("999999", False),
    ],
)
def test_a_county_reaches_itself_and_what_lies_below(tenant: str, *, reached: bool) -> None:
    """Neither its neighbour nor the city above it."""
    assert reached == person((Role.COUNTY, "331081")).reaches(tenant, DIVISIONS)


def test_sectors_limit_only_who_has_no_grant_without_limit() -> None:
    """One grant for all sectors is for all sectors."""
    limited = person((Role.DEPARTMENT, "331081", ("fire",)), (Role.DEPARTMENT, "331082", ("road",)))

    assert ("fire", "road") == limited.sectors
    assert () == person((Role.DEPARTMENT, "331081", ("fire",)), (Role.COUNTY, "331081")).sectors


@pytest.mark.parametrize(
    ("grants", "limits"),
    [
        pytest.param([("331081", ())], (), id="no limit at all"),
        pytest.param([("331081", ("工贸", "渔业"))], ("331081|工贸", "331081|渔业"), id="two sectors of a county"),
        pytest.param([("331081", ("工贸",)), ("331082", ())], ("331081|工贸", "331082"), id="one county limited, another not"),
        pytest.param([(EVERYWHERE, ("工贸",))], ("*|工贸",), id="a sector everywhere"),
        pytest.param([], (), id="nobody"),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_grants(grants: list[tuple[str, tuple[str, ...]]], limits: tuple[str, ...]) -> None:
    """A grant without sectors opens all of its tenant's and none of another's."""
    held = tuple(Grant(role=Role.DEPARTMENT, tenant=tenant, sectors=sectors) for tenant, sectors in grants)
    principal = Principal(name="x", display="x", grants=held, session=UUID(int=1), via="cookie")

    assert principal.limits == limits
