"""The row that lists, sums and pages read: a hazard's standing with its place and what escalation decided."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from contracts.divisions import TenantColumns
from contracts.vocabulary import HazardLevel
from services.reporting.core.days import Deadline
from services.reporting.core.standing import AWAITING_WORK, ENDED, Standing, State


class HazardKey(NamedTuple):
    """Which hazard: `committee` is the root tenant, `namespace` tells upstream systems' ids apart."""

    committee: str
    namespace: str
    hazard_id: str

    def __str__(self) -> str:
        return ":".join(self)

    @classmethod
    def parse(cls, text: str) -> "HazardKey | None":
        """Read what `str` wrote; None where the text is only an id. The id may hold colons itself."""
        parts = text.split(":", 2)
        return cls(*parts) if len(parts) == len(cls._fields) and parts[0].isdecimal() else None


class SiteRow(msgspec.Struct, frozen=True):
    """What the latest word on a site says, as far as lists need it."""

    name: str
    address: str = ""


class HazardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the read model `hazard`, column by column. Instants are aware.

    `original_due_at` and `due_at` are the instants from which the hazard is late (see `days.Deadline`), `days_left` and
    `in_time` are frozen at the close-out. `overdue_since` is what escalation decided; `overdue` and `open` follow.
    """

    committee: str
    namespace: str
    hazard_id: str
    province: str
    city: str
    county: str
    tenant: str
    state: str
    level: str
    category: str
    criterion: str
    description: str
    sector: str
    found_by: str
    campaign: str
    site_id: str
    site_name: str
    address: str
    responsible_unit: str
    supervising_unit: str
    sources: list[str]
    reports: int
    original_due_at: datetime | None
    original_whole_day: bool | None
    due_at: datetime | None
    due_whole_day: bool | None
    later_deadline_ignored: bool
    extensions: int
    extensions_refused: int
    suspended_at: datetime | None
    plan_target_date: str | None
    plan_filed_at: datetime | None
    reported_at: datetime
    handed_over_at: datetime | None
    escalated_up_at: datetime | None
    returned_at: datetime | None
    refused_at: datetime | None
    rectified_at: datetime | None
    passed_at: datetime | None
    failed_at: datetime | None
    failures: int
    closed_at: datetime | None
    withdrawn_at: datetime | None
    done_at: datetime | None
    days_left: int | None
    in_time: bool | None
    historic: bool
    known_at: datetime
    updated_at: datetime
    overdue_since: datetime | None
    inspection_id: str = ""
    uscc: str = ""
    measures: str = ""
    responsible_person: str = ""
    evidence: bool = False
    on_the_spot: bool = False
    handed_to: str = ""
    extension_documents: str = ""
    reinspected_at: datetime | None = None
    reinspected_by: str = ""
    close_document: str = ""

    @property
    def key(self) -> HazardKey:
        """The hazard's full name."""
        return HazardKey(self.committee, self.namespace, self.hazard_id)

    @property
    def search(self) -> str:
        """What a search looks through."""
        words = (self.hazard_id, self.site_name, self.description, self.address, self.responsible_unit)
        return "\n".join(word for word in words if word)

    @property
    def standing_state(self) -> State:
        """The state with its words."""
        return State(self.state)

    @property
    def is_open(self) -> bool:
        """Neither closed nor withdrawn."""
        return self.state not in ENDED

    @property
    def overdue(self) -> bool:
        """Decided to be overdue, and not ended or put right since: a part of the open ones."""
        return self.overdue_since is not None and self.state in AWAITING_WORK

    @property
    def is_major(self) -> bool:
        """Whether it is a major hazard."""
        return self.level == HazardLevel.MAJOR

    @property
    def deadline(self) -> Deadline | None:
        """The deadline that runs now."""
        return _deadline(self.due_at, self.due_whole_day)

    @property
    def original(self) -> Deadline | None:
        """The first deadline."""
        return _deadline(self.original_due_at, self.original_whole_day)


class Brief(NamedTuple):
    """As much of a row as counting needs: sums of a year read very many of them. The names mean what a row's mean."""

    committee: str
    namespace: str
    hazard_id: str
    tenant: str
    site_id: str
    inspection_id: str
    state: str
    level: str
    reported_at: datetime
    handed_over_at: datetime | None

    @property
    def key(self) -> HazardKey:
        """The hazard's full name."""
        return HazardKey(self.committee, self.namespace, self.hazard_id)

    @property
    def is_major(self) -> bool:
        """Whether it is a major hazard."""
        return self.level == HazardLevel.MAJOR


def brief_of(row: HazardRow) -> Brief:
    """The row, as short as counting needs it."""
    return Brief(*(getattr(row, name) for name in Brief._fields))


def row_of(
    standing: Standing, *, area: TenantColumns, site: SiteRow | None, overdue_since: datetime | None
) -> HazardRow:
    """The row of a hazard; the site's registration rules over what reports called it."""
    fields = {name: getattr(standing, name) for name in _COPIED}
    site_name = site.name if site else standing.site_name
    address = (site.address if site else "") or standing.address
    outcome, plan = standing.outcome, standing.plan
    return HazardRow(
        **fields,
        province=area.province,
        city=area.city,
        county=area.county,
        sources=list(standing.sources),
        extension_documents="、".join(standing.extension_documents),
        site_name=site_name,
        address=address,
        original_due_at=standing.original.due_at if standing.original else None,
        original_whole_day=standing.original.whole_day if standing.original else None,
        due_at=standing.deadline.due_at if standing.deadline else None,
        due_whole_day=standing.deadline.whole_day if standing.deadline else None,
        plan_target_date=plan.target_date if plan else None,
        plan_filed_at=plan.filed_at if plan else None,
        done_at=outcome.done_at if outcome else None,
        days_left=outcome.days_left if outcome else None,
        in_time=outcome.in_time if outcome else None,
        overdue_since=overdue_since,
    )


def _deadline(due_at: datetime | None, whole_day: bool | None) -> Deadline | None:  # noqa: FBT001 (a column)
    return None if due_at is None else Deadline(due_at, whole_day=bool(whole_day))


_COPIED = tuple(
    name
    for name in HazardRow.__struct_fields__
    if name in Standing.__struct_fields__ and name not in {"site_name", "address", "sources", "extension_documents"}
)
