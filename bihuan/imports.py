"""Import the ledger of an older system by a mapping; the same or a newer export sends only what is new."""

import sys
from collections import Counter as Tally
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan import intake

if TYPE_CHECKING:
    from runtime.database import Work
    from services.intake.core.admission import Admission
    from services.intake.core.ledger.mapping import MappingFile
    from services.intake.core.registry import Source
    from services.intake.handlers.importing import Report

SHOWN = 200  # refused rows printed; --refused writes them all

File = Annotated[Path, typer.Argument(help="The ledger: .csv or .xlsx.", exists=True, dir_okay=False)]
MappingName = Annotated[str, typer.Option("--mapping", help="A mapping's file, or the name of one that ships.")]
Tenant = Annotated[str, typer.Option(help="Division code of the unit in charge.")]
SourceName = Annotated[str, typer.Option("--source", help="Short name of the ledger; a new one is registered.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")]
Live = Annotated[bool, typer.Option("--live", help="Tell people as a live door does; else the import tells nobody.")]
Refused = Annotated[Path | None, typer.Option(help="Write the refused rows with their reasons to this .csv or .xlsx.")]


def import_(
    file: File,
    mapping: MappingName,
    tenant: Tenant,
    source: SourceName,
    dry_run: Dry = False,
    live: Live = False,
    refused: Refused = None,
) -> None:
    """Import a ledger; rows that cannot be events are listed with their reasons, the others are in."""
    from runtime.clock import SystemClock
    from services.intake.core.ledger.tables import BadTableError, check_columns
    from services.intake.handlers import workbook
    from services.intake.handlers.importing import Importer, Wish
    from services.intake.handlers.importing import described as described_row

    read = _mapping(mapping)
    body = file.read_bytes()
    try:
        rows = workbook.read_table(file.name, body, read.table)
        check_columns(rows, read.columns())
        with intake.database() as database:
            with database.begin() as work:
                admission = intake.admission(work)
                registered = _source(work, admission, source, tenant, dry_run=dry_run)
            wish = Wish(
                rows=rows,
                mapping=read,
                source=registered,
                tenant=tenant,
                historic=not live,
                dry_run=dry_run,
                file_name=file.name,
                file_body=body,
                asked_by=intake.who(),
            )
            report = Importer(database=database, clock=SystemClock(intake.settings().clock_file)).run(wish, admission)
    except BadTableError as error:
        intake.refuse(f"{file}：{error}")
    _print(report, dry_run=dry_run, live=live)
    if refused is not None:
        write = workbook.refused_xlsx if refused.suffix.lower() == ".xlsx" else workbook.refused_csv
        refused.write_bytes(write([described_row(bad) for bad in report.refused]))
        print(f"退回的行已写入 {refused}")


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


def _source(work: "Work", admission: "Admission", slug: str, tenant: str, *, dry_run: bool) -> "Source":
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
        known = ledger_source(slug, tenant)
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
