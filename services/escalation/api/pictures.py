"""Show what an official wants at one look: an accident's dossier, chains of reports, duties, listings, help given."""

from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Query, Response

from contracts.decisions import Decision
from contracts.withholding import withheld
from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.web import Problem
from services.escalation.api.answers import as_json, documented
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.case import CaseKey
from services.escalation.core.duty_moves import standing
from services.escalation.core.gate import may_see_restricted
from services.escalation.core.law import Law
from services.escalation.core.pictures import chain, dossier, duties, listings, services
from services.escalation.core.pictures.duties import Duty
from services.escalation.core.wording import in_local_time
from services.escalation.store import bulk
from services.escalation.store.lawbook import LawBook
from services.escalation.store.pictures import Pictures, escaped

TEXT: Final = r"^[^\x00]*$"
OFFICE: Final = "office"  # the list of a pack that names the committee's own office

Word = Annotated[str, Query(max_length=300, pattern=TEXT)]
Code = Annotated[str, Query(pattern=r"^([0-9]{6,12})?$", description="root tenant")]
Id = Annotated[str, Path(max_length=300, pattern=TEXT)]


def add(router: APIRouter, database: Database, book: LawBook, clock: Clock) -> None:
    """Add the routes."""
    _add_dossier(router, database, book)
    _add_duties(router, database, book, clock)
    _add_listings(router, database, book, clock)
    _add_services(router, database, book)


def _add_dossier(router: APIRouter, database: Database, book: LawBook) -> None:
    @router.get("/accidents/{accident_id:path}/dossier", response_class=Response, responses=documented("items"))
    def laid_out(who: Who, accident_id: Id, committee: Code = "") -> Response:
        """What the accident met at its site: hazards that were open, plans, who answers, letters and talks until then."""
        with database.begin(who.tenants) as work:
            pictures, _ = _opened(work, book)
            found = [
                _dossier(pictures, case.key, state)
                for case, state in pictures.named("accident", accident_id, committee)
            ]
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND, "no such accident")
        sees_all = may_see_restricted(who.roles)
        return as_json({"items": [_shown(one, sees_all=sees_all) for one in found]})


def _dossier(pictures: Pictures, key: CaseKey, accident: Any) -> dossier.Dossier:
    site_key = CaseKey(key.committee, "site", key.namespace, accident.site_id)
    site = pictures.case(site_key) if accident.site_id else None
    named = [one.hazard_id for one in site[1].hazards] if site else []
    hazards = [pictures.case(CaseKey(key.committee, "hazard", key.namespace, name)) for name in named]
    subjects = [*named, *(word for word in (accident.site_id, accident.area) if word)]
    decisions = pictures.decisions_about(key.committee, subjects)
    states = [found[1] for found in hazards if found]
    return dossier.dossier(accident, site[1].name if site else "", states, decisions)


def _shown(one: dossier.Dossier, *, sees_all: bool) -> dict[str, Any]:
    def told(line: dossier.Told) -> dossier.Told:
        record = line.decision if sees_all else withheld(line.decision)
        return dossier.Told(line.decided_at.astimezone(SHANGHAI), in_local_time(record))

    return msgspec.structs.asdict(one) | {"letters": [*map(told, one.letters)], "talks": [*map(told, one.talks)]}


def _add_duties(router: APIRouter, database: Database, book: LawBook, clock: Clock) -> None:
    @router.get("/duties", response_class=Response, responses=documented("items"))
    def owed(
        who: Who,
        committee: Code = "",
        obligation: Annotated[Word, Query(description="its id in the pack")] = "",
        unit: Annotated[Word, Query(description="whose; a division code or a name")] = "",
        *,
        own: Annotated[bool, Query(description="only what the committee's own office owes")] = False,
        state: duties.State | None = None,
    ) -> Response:
        """Who owes what and whether it came: what is missed first, then what falls due first."""
        with database.begin(who.tenants) as work:
            pictures, law = _opened(work, book)
            found = _duties(pictures, law, clock, committee, obligation, unit, "")
        wanted = [one for one in found if (not own or one.is_own) and state in (None, one.state)]
        return as_json({"items": duties.in_order(wanted)})

    @router.get("/chains", response_class=Response, responses=documented("items"))
    def chains(
        who: Who,
        committee: Annotated[str, Query(pattern=r"^[0-9]{6,12}$", description="root tenant")],
        period: Annotated[str, Query(min_length=1, max_length=64, pattern=TEXT, description="such as stage:2b")],
        obligation: Word = "",
    ) -> Response:
        """How far the reports of a period have come, level by level from below, and who blocks the next link."""
        with database.begin(who.tenants) as work:
            pictures, law = _opened(work, book)
            found = _duties(pictures, law, clock, committee, obligation, "", period)
        names = sorted({one.obligation for one in found})
        told = [
            {"obligation": name} | msgspec.structs.asdict(
                chain.chain(period, (one for one in found if one.obligation == name), committee, law.divisions)
            )
            for name in names
        ]  # fmt: skip
        return as_json({"items": told})


def duties_of(work: Work, book: LawBook, clock: Clock) -> list[Duty]:
    """Every duty in scope, as a page shows them."""
    pictures, law = _opened(work, book)
    return _duties(pictures, law, clock, "", "", "", "")


def _duties(
    pictures: Pictures, law: Law, clock: Clock, committee: str, obligation: str, unit: str, period: str
) -> list[Duty]:
    pattern = "/".join(escaped(word) or "%" for word in (obligation, unit, period))
    office = {one.id for pack in law.packs if committee in ("", pack.root) for one in pack.units.get(OFFICE, ())}
    found = pictures.like("obligation", pattern, committee)
    return [duties.duty(standing(law, case, state), office, clock.now()) for case, state in found]


def _add_listings(router: APIRouter, database: Database, book: LawBook, clock: Clock) -> None:
    @router.get("/listings", response_class=Response, responses=documented("batches", "items"))
    def listed(
        who: Who,
        committee: Code = "",
        kind: Annotated[Word, Query(description="site, area (a township) or project")] = "",
        batch: Word = "",
        state: listings.State | None = None,
    ) -> Response:
        """What is listed, by batch and level: how it stands, by when it is to be put right, what was decided on it."""
        with database.begin(who.tenants) as work:
            pictures, _ = _opened(work, book)
            found = []
            for case, one in pictures.like("listing", "%", committee):
                entries = (entry.record for entry in case.ledger.values())
                measures = [record.measure for record in entries if record.status != "retracted"]
                found.append(listings.listed(one, measures, clock.now()))
        wanted = [
            one
            for one in found
            if kind in ("", one.kind) and batch in ("", one.batch) and state in (None, one.state)
        ]  # fmt: skip
        return as_json({"batches": listings.batches(wanted), "items": listings.in_order(wanted)})


def _add_services(router: APIRouter, database: Database, book: LawBook) -> None:
    @router.get("/sites/{site_id:path}/services", response_class=Response, responses=documented("items"))
    def given(who: Who, site_id: Id, committee: Code = "") -> Response:
        """The ledger of help: what the site asked for and got, the newest first."""
        with database.begin(who.tenants) as work:
            pictures, _ = _opened(work, book)
            found = pictures.named("site", site_id, committee)
        if not found:
            raise Problem(HTTPStatus.NOT_FOUND, "no such site")
        return as_json({"items": [one for case, _ in found for one in services.ledger(case.facts)]})


def help_given(work: Work, law: Law, record: Decision) -> list[services.Service]:
    """What help the site of a proposal got: an official sees it beside what would stop its work (S1-20)."""
    site = record.subject.id if record.subject.kind == "site" else str(record.context.get("site_id", ""))
    found = Pictures(work, law).named("site", site, record.committee) if site else []
    return [one for case, _ in found for one in services.ledger(case.facts)]


def _opened(work: Work, book: LawBook) -> tuple[Pictures, Law]:
    law = book.law(bulk.cursor(work), writes=False)
    return Pictures(work, law), law
