"""See a registered site that nobody supervises or answers for (S3-02, S2-16); the target is none."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from services.escalation.core.cases.site import REGISTRATIONS, Registration, SiteHistory
from services.escalation.core.findings import Finding
from services.escalation.core.jurisdiction import Jurisdiction
from services.escalation.core.terms import Acts, RuleParameters

RULE = "unowned_site"
READS = frozenset({REGISTRATIONS})
WORDS = {"supervising_unit": "安全生产主管部门", "responsible_person": "监管责任人"}


class Parameters(RuleParameters):
    """What every site must name, and of which kinds."""

    needs: tuple[Literal["supervising_unit", "responsible_person"], ...] = Field(
        min_length=1, description="What must be named."
    )
    kinds: tuple[str, ...] = Field((), description="Kinds of sites that are bound; empty: all.")
    acts: Acts = Field("committee", description="The level that is alerted.")


def find(site: SiteHistory, parameters: Parameters, where: Jurisdiction) -> Iterator[Finding]:
    """Yield an alert for each spell in which the register names nobody; a newer registration replaces the older.

    What stood in the register before the notice is seen on its first day.
    """
    spells = 0
    open_since: Registration | None = None
    for place, registration in enumerate(site.registrations):
        lacking = _lacking(registration, parameters)
        if not lacking:
            open_since = None
            continue
        if open_since is not None:
            continue
        open_since, number = registration, spells
        spells += 1
        later = site.registrations[place + 1 :]
        ended = next((after.told.time for after in later if not _lacking(after, parameters)), None)
        at = max(registration.told.time, where.begins)
        if ended is not None and ended <= at:
            continue
        yield Finding(
            measure="alert",
            subject_kind="site",
            subject_id=site.site_id,
            occurrence=str(number),
            at=at,
            instant=True,
            until=ended,
            tenant=registration.told.tenant,
            level=where.acting(registration.told.tenant, parameters.acts),
            reason=f"{site.name}未明确{'和'.join(WORDS[need] for need in lacking)}，列入无主清单，请尽快落实。",
            rests_on=(registration.told,),
            context=site.context | {"addressee": "area"},
        )


def _lacking(registration: Registration, parameters: Parameters) -> list[str]:
    site = registration.site
    if parameters.kinds and site.kind not in parameters.kinds:
        return []
    return [need for need in parameters.needs if not getattr(site, need)]
