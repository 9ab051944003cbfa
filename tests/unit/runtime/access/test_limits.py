"""Sectors limit what is seen of rows that bear one, grant by grant."""

from uuid import UUID

import pytest

from contracts.roles import EVERYWHERE, Role
from runtime.access import Grant, Principal


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
