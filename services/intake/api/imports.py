"""`POST /v1/imports`: a ledger through the API, with the refused rows as a table to be mended and sent again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, Security, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from runtime.access import systems
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.web import Problem
from services.intake.api import keys
from services.intake.core.admission import Admission
from services.intake.core.keys import ApiKey
from services.intake.core.ledger.day_form import DayCharter, read_day_form
from services.intake.core.ledger.mapping import MappingFile
from services.intake.core.ledger.rows import REMARKS
from services.intake.core.ledger.tables import BadTableError
from services.intake.core.registry import Source
from services.intake.handlers import workbook
from services.intake.handlers.counting import Counter
from services.intake.handlers.importing import Importer, Report, Wish, described
from services.intake.handlers.registering import Doorkeeper
from services.intake.store import ledgers

BODY_LIMIT = 10 << 20
SHOWN = 1_000  # refused rows in the answer; the table has them all
MappingName = Annotated[str, Form(max_length=64, description="Name of a mapping; without it a daily form is read.")]
Live = Annotated[bool | None, Form(description="Tell people; by default a daily form does and a ledger does not.")]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDoor:
    """What the routes need; `mapping_named` returns None for a name it does not know."""

    database: Database
    doorkeeper: Doorkeeper
    clock: Clock
    counter: Counter
    mapping_named: Callable[[str], MappingFile | None]
    day_charters: Mapping[str, DayCharter]

    def take(self, shown: systems.Presented, upload: "Upload") -> Report:
        """Import an upload that a system sends; runs in a thread."""
        with self.database.begin() as work:
            key = keys.authenticate(work, shown, self.clock)
            admission = self.doorkeeper.admission(work, fresh=True)
        source = admission.registry.named(key.slug) if key.slug else None
        if source is None:
            raise Problem(403, "this API key sends no events")
        return self.run(upload, admission, source, tenants=key.tenants, asked_by=key.prefix)

    def run(
        self, upload: "Upload", admission: Admission, source: Source, *, tenants: tuple[str, ...], asked_by: str
    ) -> Report:
        """Import an upload in the name of a source, for whoever may speak for `tenants`."""
        mapping = self.mapping_named(upload.mapping) if upload.mapping else None
        if mapping is None and upload.mapping:
            raise Problem(400, f"no mapping is named {upload.mapping}", errors=[{"pointer": "/mapping"}])
        if admission.committees.of(upload.tenant) is None or not admission.scopes.within(upload.tenant, tenants):
            raise Problem(403, f"this API key does not speak for {upload.tenant}")
        try:
            wish = self._wish(upload, mapping, source, tenants, asked_by)
            report = Importer(database=self.database, clock=self.clock).run(wish, admission)
        except BadTableError as error:
            raise Problem(400, str(error), errors=[{"pointer": "/file", "detail": str(error)}]) from error
        self.counter.count(source.slug, report.outcomes, at=self.clock.now())
        return report

    def _wish(
        self, upload: "Upload", mapping: MappingFile | None, source: Source, tenants: tuple[str, ...], asked_by: str
    ) -> Wish:
        """A table by its mapping, else a daily form, which tells people like any live door unless said otherwise."""
        form, rows = None, []
        if mapping is not None:
            rows = workbook.read_table(upload.name, upload.body, mapping.table)
        else:
            charter = self.day_charters.get(upload.tenant)
            if charter is None:
                known = "、".join(self.day_charters)
                raise BadTableError(
                    f"{upload.tenant} 没有督查暗访组，日报表只收 {known} 的；其他台账要写明映射（mapping）"
                )
            form = read_day_form(workbook.read_cells(upload.name, upload.body), charter, self.clock.now())
        return Wish(
            rows=rows,
            mapping=mapping,
            form=form,
            source=source,
            tenant=upload.tenant,
            tenants=tenants,
            historic=not (form is not None if upload.live is None else upload.live),
            dry_run=upload.dry_run,
            file_name=upload.name,
            file_body=upload.body,
            asked_by=asked_by,
        )

    def job(self, work: Work, key: ApiKey, identity: UUID) -> ledgers.Done:
        """Return an import of the key's source for one of its tenants; a Problem 404 for any other."""
        found = ledgers.find(work, identity)
        scopes = self.doorkeeper.admission(work).scopes
        if found is None or found.slug != key.slug or not scopes.within(found.tenant, key.tenants):
            raise Problem(404, "no such import")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What came in one request."""

    name: str
    body: bytes
    mapping: str
    tenant: str
    dry_run: bool
    #: None: a ledger tells nobody, a daily form tells people.
    live: bool | None


def router(door: ImportDoor) -> APIRouter:
    """The routes of the import door."""
    routes = APIRouter(tags=["imports"], dependencies=[Security(systems.DOCUMENTED)])

    @routes.post("/v1/imports")
    async def post_import(
        request: Request,
        file: Annotated[UploadFile, File(description="A ledger (.csv or .xlsx) or a daily form (.xlsx).")],
        tenant: Annotated[str, Form(pattern="^[0-9]{6,12}$", description="Division code of the unit in charge.")],
        mapping: MappingName = "",
        *,
        dry_run: Annotated[bool, Form(description="Say what would be sent, and send nothing.")] = False,
        live: Live = None,
    ) -> dict[str, Any]:
        """Import a ledger; sent again, or as a newer export, only what is new goes in."""
        shown = systems.presented(request)
        upload = Upload(
            name=file.filename or "",
            body=await file.read(),
            mapping=mapping,
            tenant=tenant,
            dry_run=dry_run,
            live=live,
        )
        return _answer(await run_in_threadpool(door.take, shown, upload))

    @routes.get("/v1/imports/{identity}")
    def show_import(request: Request, identity: UUID) -> dict[str, Any]:
        """What came of an import of this key's source."""
        shown = systems.presented(request)
        with door.database.begin() as work:
            found = door.job(work, keys.authenticate(work, shown, door.clock), identity)
        return {
            "id": str(found.id),
            "tenant": found.tenant,
            "mapping": found.mapping,
            "file": found.file_name,
            "started_at": found.started_at.isoformat(),
            "finished_at": None if found.finished_at is None else found.finished_at.isoformat(),
            "counts": dict(found.counts),
            "refused": list(found.refused[:SHOWN]),
        }

    @routes.get("/v1/imports/{identity}/refused.{form}", response_class=Response)
    def show_refused(request: Request, identity: UUID, form: str) -> Response:
        """The refused rows as they came, with the reason beside each: `refused.csv` or `refused.xlsx`."""
        shown = systems.presented(request)
        if form not in {"csv", "xlsx"}:
            raise Problem(404, "ask for refused.csv or refused.xlsx")
        with door.database.begin() as work:
            found = door.job(work, keys.authenticate(work, shown, door.clock), identity)
        headers = {"content-disposition": f'attachment; filename="refused.{form}"'}
        if form == "csv":
            return Response(workbook.refused_csv(found.refused), media_type="text/csv; charset=utf-8", headers=headers)
        return Response(workbook.refused_xlsx(found.refused), media_type=_XLSX, headers=headers)

    return routes


def _answer(report: Report) -> dict[str, Any]:
    return {
        "id": None if report.job is None else str(report.job),
        "counts": report.counts,
        "types": dict(report.types),
        "remarks": [
            {"row": row.row.number, "key": row.key, "remark": remark, "sentence": REMARKS[remark]}
            for row in report.kept
            for remark in row.remarks
        ],
        "refused": [described(bad) for bad in report.refused[:SHOWN]],
        "refused_table": None if report.job is None else f"/v1/imports/{report.job}/refused.csv",
    }
