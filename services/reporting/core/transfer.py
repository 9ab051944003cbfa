"""Say whether a transfer of a site takes a hazard along: only a common parent moves a site, only from where it is."""

from collections.abc import Callable
from typing import Final

from contracts.facts import Fact
from services.reporting.core.said import Said

TRANSFERRED: Final = "site.transferred"


def takes_along(fact: Fact, said: Said, tenant: str, site_id: str, reaches: Callable[[str, str], bool]) -> bool:
    """Whether it moves what lies at the site in the charge of `tenant`.

    `reaches` says whether a tenant (second) is another (first) or lies above it.
    """
    is_there = said.site_id == site_id and reaches(tenant, said.from_tenant)
    return is_there and all(reaches(one, fact.tenant) for one in (said.from_tenant, said.to_tenant))
