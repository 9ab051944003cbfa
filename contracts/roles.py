"""Name the roles that people act in; a person holds each one for sub-trees of tenants, never for everything by itself."""

from contracts.vocabulary import Term


class Role(Term):
    """What somebody is there for. A role says which doors open, its tenants which rows are seen behind them."""

    PROVINCE = "province", "省级安委办", "The office of the province's committee."
    CITY = "city", "市级安委办", "The office of a city's committee: it decides what a city is asked about."
    COUNTY = "county", "县级安委办", "The office of a county's committee: it decides what a county is asked about."
    DEPARTMENT = "department", "行业主管部门", "A department that answers for sectors of an area."
    TEAM = "team", "检查组", "A team that inspects: it reads and takes notice, and decides nothing."
    HANDLER = (
        "handler",
        "举报专办员",
        "Handles tip-offs by name: the only role that opens what an informer wrote or who they are, each time on record.",
    )
    AUDITOR = "auditor", "审计员", "Reads everything of its area, the audit too, and changes nothing."
    ADMINISTRATOR = (
        "administrator",
        "系统管理员",
        "Keeps accounts, keys and switches, and sees no hazard by that alone.",
    )


OFFICES = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Who decides for a committee."""

WORKING = OFFICES | {Role.DEPARTMENT, Role.TEAM}
"""Who works on hazards."""

READING = WORKING | {Role.AUDITOR}
"""Who sees hazards at all."""

EVERYBODY = frozenset(Role)
"""Whoever is signed in."""
EVERYWHERE = "*"
"""In place of a tenant: all of them."""
