"""Import a ledger of an older system by a mapping, or a daily form; sent again, only what is new goes in."""

import sys
from collections import Counter as Tally
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan import intake

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.database import Work
    from services.intake.core.admission import Admission
    from services.intake.core.ledger.day_form import DayForm
    from services.intake.core.ledger.mapping import MappingFile
    from services.intake.core.registry import Source
    from services.intake.handlers.importing import Report

SHOWN = 200  # refused rows printed; --refused writes them all

File = Annotated[
    Path, typer.Argument(help="The ledger (.csv or .xlsx), or a daily form (.xlsx).", exists=True, dir_okay=False)
]
MappingName = Annotated[
    str, typer.Option("--mapping", help="A mapping's file, or the name of one that ships; without it a daily form.")
]
Tenant = Annotated[str, typer.Option(help="Division code of the unit in charge; a daily form may leave it out.")]
SourceName = Annotated[str, typer.Option("--source", help="Short name of the ledger; a new one is registered.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")]
Live = Annotated[
    bool | None,
    typer.Option(
        "--live/--historic", help="Tell people as a live door does, or nobody; by default a daily form is live."
    ),
]
Refused = Annotated[Path | None, typer.Option(help="Write the refused rows with their reasons to this .csv or .xlsx.")]


def import_(
    file: File,
    mapping: MappingName = "",
    tenant: Tenant = "",
    source: SourceName = "",
    dry_run: Dry = False,
    live: Live = None,
    refused: Refused = None,
) -> None:
    """Import a ledger or a daily form; rows that cannot be events are listed with their reasons, the others are in."""
    from services.intake.core.ledger.tables import BadTableError
    from services.intake.handlers import workbook
    from services.intake.handlers.importing import described as described_row

    if mapping and not (tenant and source):
        intake.refuse("按映射导入要写明 --tenant 和 --source")
    try:
        report, told = _imported(file, mapping, tenant, source, dry_run=dry_run, live=live)
    except BadTableError as error:
        intake.refuse(f"{file}：{error}")
    _print(report, dry_run=dry_run, live=told)
    if refused is not None:
        write = workbook.refused_xlsx if refused.suffix.lower() == ".xlsx" else workbook.refused_csv
        refused.write_bytes(write([described_row(bad) for bad in report.refused]))
        print(f"退回的行已写入 {refused}")


def _imported(
    file: Path, mapping: str, tenant: str, source: str, *, dry_run: bool, live: bool | None
) -> "tuple[Report, bool]":
    """Import the file; returns the report, and whether people are told."""
    from runtime.clock import SystemClock
    from services.intake.core.ledger.tables import check_columns
    from services.intake.handlers import workbook
    from services.intake.handlers.importing import Importer, Wish

    body = file.read_bytes()
    clock = SystemClock(intake.settings().clock_file)
    read = _mapping(mapping) if mapping else None
    form = None if read else _day_form(workbook.read_cells(file.name, body), tenant, clock.now())
    rows = workbook.read_table(file.name, body, read.table) if read else []
    if read:
        check_columns(rows, read.columns())
    tenant = form.charter.tenant if form else tenant
    told = form is not None if live is None else live
    with intake.database() as database:
        with database.begin() as work:
            admission = intake.admission(work)
            slug = source or f"daily-form-{tenant}"
            registered = _source(work, admission, slug, tenant, dry_run=dry_run, historic=form is None)
        wish = Wish(
            rows=rows,
            mapping=read,
            form=form,
            source=registered,
            tenant=tenant,
            tenants=registered.tenants,
            historic=not told,
            dry_run=dry_run,
            file_name=file.name,
            file_body=body,
            asked_by=intake.who(),
        )
        return Importer(database=database, clock=clock).run(wish, admission), told


def _day_form(grid: list[list[str]], tenant: str, now: "datetime") -> "DayForm":
    """Read a daily form of the tenant, or of the only committee that knows its team."""
    from services.intake.core.ledger.day_form import read_day_form
    from services.intake.core.ledger.tables import BadTableError
    from services.intake.handlers import day_forms

    known = day_forms.charters(intake.settings().policies_dir)
    if tenant and tenant not in known:
        intake.refuse(f"{tenant} 没有督查暗访组，日报表只收 {'、'.join(known)} 的；其他台账要写明 --mapping")
    wanted = [known[tenant]] if tenant else list(known.values())
    for charter in wanted[:-1]:
        try:
            return read_day_form(grid, charter, now)
        except BadTableError:
            continue
    return read_day_form(grid, wanted[-1], now)


def _mapping(name: str) -> "MappingFile":
    """Read a mapping by its file, or by its name among those that ship; ends with what is wrong with it."""
    from policies import files
    from services.intake.core.ledger.mapping import BadMappingError, parse_mapping

    path = Path(name)
    if not path.is_file():
        folder = files.folder(intake.settings().policies_dir) / "mappings"
        path = folder / f"{name.removesuffix('.yaml')}.yaml"
        if not path.is_file():
            known = "、".join(sorted(found.stem for found in folder.glob("*.yaml")))
            intake.refuse(f"没有映射 {name}；现有：{known}")
    try:
        return parse_mapping(files.read(path))
    except (BadMappingError, ValueError) as error:
        intake.refuse(f"映射 {path}：\n{error}")


def _source(
    work: "Work", admission: "Admission", slug: str, tenant: str, *, dry_run: bool, historic: bool = True
) -> "Source":
    """Return the registered source of a ledger; a new one is registered for this tenant."""
    from contracts.topics import inspection_topic
    from services.intake.handlers.importing import ledger_source
    from services.intake.store import sources

    known = admission.registry.named(slug)
    if known is None:
        try:
            inspection_topic(slug)
        except ValueError as error:
            intake.refuse(f"--source：{error}")
        known = replace(ledger_source(slug, tenant), historic=historic)
        if not dry_run:
            sources.register(work, known)
            print(f"已登记来源 {slug}（辖区 {tenant}）", file=sys.stderr)
    if admission.committees.of(tenant) is None:
        intake.refuse(f"--tenant {tenant}：不在任何已启用文件的安委会之下")
    if not admission.scopes.within(tenant, known.tenants):
        intake.refuse(
            f"来源 {slug} 的辖区是 {' '.join(known.tenants)}，不含 {tenant}；编号各自为政的台账用不同的 --source"
        )
    return known


def _print(report: "Report", *, dry_run: bool, live: bool) -> None:
    from services.intake.core.ledger.rows import REMARKS
    from services.intake.handlers.importing import described

    counts = report.counts
    print(
        f"{counts['rows']} 行：{counts['refused']} 行退回；"
        f"事件{'将' if dry_run else ''}新增 {counts['new']}，更正 {counts['corrected']}，撤销 {counts['voided']}，"
        f"未变 {counts['unchanged']}"
        + ("（试运行，没有发送）" if dry_run else "" if live else "（历史导入，不通知任何人）")
    )
    for name, count in sorted(report.types.items()):
        print(f"  {name:<32} {count}")
    for remark, count in sorted(Tally(remark for row in report.kept for remark in row.remarks).items()):
        rows = "、".join(row.key for row in report.kept if remark in row.remarks)
        print(f"  注意：{REMARKS[remark]}（{count} 行：{rows[:120]}）")
    for bad in report.refused[:SHOWN]:
        row = described(bad)
        print(f"第 {row['row']} 行退回：{'；'.join(row['errors']) or row['sentence']}", file=sys.stderr)
    if len(report.refused) > SHOWN:
        print(f"……另有 {len(report.refused) - SHOWN} 行，用 --refused 写出全部", file=sys.stderr)
