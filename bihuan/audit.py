"""Check, hand out and anchor the audit: who did what, chained so that a change, a gap and a cut tail are found."""

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.access.chain import Anchor

app = typer.Typer(no_args_is_help=True, help="The audit of what people did: verify, export, anchor.")

AnchorFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--anchors",
        help="A file of heads kept elsewhere, as `audit anchor` writes it; may be given again. Else the file of the setting.",
    ),
]
FromTopic = Annotated[bool, typer.Option("--topic", help="Compare with the heads on the topic audit.anchors too.")]
Accepted = Annotated[
    bool, typer.Option("--accept-restore", help="An older copy that was restored, and is named, is no fault.")
]


@app.command()
def verify(anchors: AnchorFiles = None, *, topic: FromTopic = False, accept_restore: Accepted = False) -> None:
    """Recompute every chain; name each entry that was changed, removed, inserted or cut off. Status 1 where one is."""
    from bihuan.people import begin
    from runtime.access import audit, chain
    from runtime.database import take_time

    kept = [*_of_files(anchors or _file_of_the_setting()), *(_of_topic() if topic else ())]
    with begin() as work:
        heads, entries = audit.chains(work)
        take_time(work)
        found = list(chain.faults(entries, heads, kept))
    for fault in found:
        print(fault)
    bad = [fault for fault in found if not (accept_restore and fault.kind is chain.Kind.RESTORED)]
    total = sum(head.seq for head in heads.values())
    if bad:
        typer.echo(f"审计链有 {len(bad)} 处不符：共 {len(heads)} 链 {total} 条 (not whole)", err=True)
        raise typer.Exit(1)
    print(f"审计链完整：{len(heads)} 链 {total} 条，{len(kept)} 个外部锚点 (whole)")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="Where to write the entries, one JSON object a line.", dir_okay=False)],
    tenant: Annotated[str, typer.Option(help="Only the chain of this tenant; * is the installation's own.")] = "",
) -> None:
    """Write the entries with their hashes into a file, for an auditor who trusts no screen of ours."""
    from bihuan.people import begin
    from runtime.access import audit
    from runtime.database import take_time

    count = 0
    with begin() as work, out.open("w", encoding="utf-8") as file:
        take_time(work)
        work.remarks.append("exported")
        for entry in audit.entries(work, tenant):
            at = entry.at.astimezone(UTC).isoformat()
            told = entry._asdict() | {"at": at, "prev": entry.prev.hex(), "hash": entry.hash.hex()}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
            count += 1
    print(f"{out}：{count} 条")


@app.command()
def anchor(
    out: Annotated[Path, typer.Argument(help="A file elsewhere, to which the heads are added: another disk, a share.")],
) -> None:
    """Add where every chain stands now to a file outside the database, so that a cut tail is found later."""
    from bihuan.intake import settings
    from bihuan.people import begin
    from runtime.access import anchors, audit
    from runtime.clock import SystemClock

    with begin() as work:
        heads = audit.heads(work)
    anchors.append(out, anchors.written(SystemClock(settings().clock_file).now(), heads))
    print(f"{out}：{len(heads)} 链，共 {sum(head.seq for head in heads.values())} 条")


def _file_of_the_setting() -> list[Path]:
    """Where reporting's worker keeps the heads; said aloud where it should be and is not: a cut tail would not be found."""
    from bihuan.intake import settings

    file = settings().audit_anchor_file
    if file is not None and not file.exists():
        typer.echo(f"注意：锚点文件 {file} 还没有或已不在，末尾被截断要用 --topic 才查得出", err=True)
        return []
    return [] if file is None else [file]


def _of_files(files: list[Path]) -> "Iterator[Anchor]":
    from bihuan.intake import refuse
    from runtime.access import anchors

    for path in files:
        try:
            yield from anchors.read(path.read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError) as error:
            refuse(f"{path}：不是 bihuan audit anchor 写的文件（{error}）")


def _of_topic() -> "list[Anchor]":
    from bihuan.intake import refuse, settings
    from runtime.access import anchors
    from runtime.errors import Unavailable

    try:
        return anchors.of_topic(settings())
    except (Unavailable, ValueError) as error:
        refuse(f"主题 {anchors.TOPIC} 读不到：{error}")
