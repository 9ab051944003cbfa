"""What the rules read of the facts about a hazard: of its reports, of its site, and of whatever follows."""

import msgspec


class Site(msgspec.Struct, frozen=True):
    """What the rules read of a site."""

    id: str = ""
    name: str = ""
    address: str = ""
    kind: str = ""
    sector: str = ""
    supervising_unit: str = ""
    responsible_person: str = ""
    tags: tuple[str, ...] = ()
    capacity: float | None = None


class Report(msgspec.Struct, frozen=True):
    """What the rules read of `hazard.reported`."""

    hazard_id: str
    level: str = "general"
    category: str = ""
    description: str = ""
    site: Site | None = None
    site_id: str = ""
    sector: str = ""
    found_by: str = ""
    inspection_id: str = ""
    campaign: str = ""
    criterion: str = ""
    rectify_by: str | None = None
    responsible_unit: str = ""
    supervising_unit: str = ""
    responsible_person: str = ""
    fixed_on_the_spot: bool = False
    self_check_failed: bool = False


class Follow(msgspec.Struct, frozen=True):
    """What the rules read of any later fact about a hazard; every type uses a few of these."""

    granted: bool = False
    until: str | None = None
    target_date: str | None = None
    passed: bool = False
    level: str = ""
    reason: str = ""
    to_unit: str = ""
    suggested_unit: str = ""
    inspection_id: str = ""
    by: str = ""
    document_no: str = ""
    approver: str = ""
    kind: str = ""


report_of = msgspec.json.Decoder(Report).decode
follow_of = msgspec.json.Decoder(Follow).decode
