"""Take a backup of the database, and bring an installation back from one."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

File = Annotated[Path, typer.Argument(help="The backup; its manifest lies beside it as FILE.json.", dir_okay=False)]
InPlace = Annotated[
    bool,
    typer.Option("--in-place", help="The database came back by other means (a base backup): only begin new numbers."),
]


def backup(file: File) -> None:
    """Write the whole database of one moment into a file, while everything runs."""
    from bihuan.intake import settings
    from deploy import backup as taking
    from runtime.clock import SystemClock

    clock = SystemClock()
    begun = clock.monotonic()
    try:
        manifest = taking.dump(settings().database_url.get_secret_value(), file, clock.now())
    except taking.NotDone as error:
        _refuse(str(error))
    size, seconds = manifest.size / (1 << 20), clock.monotonic() - begun
    print(f"{file}：{size:.1f} MiB，用时 {seconds:.1f} 秒，sha256 {manifest.sha256[:16]}…")


def restore(
    file: Annotated[Path | None, typer.Argument(help="The backup.", dir_okay=False)] = None, in_place: InPlace = False
) -> None:
    """Bring an empty database back from a backup; the services must not run, and the log goes on from there."""
    from bihuan.intake import WRONG_USAGE, settings
    from deploy import backup as taking
    from runtime.clock import SystemClock

    if (file is None) is not in_place:
        _refuse("说明恢复哪个备份文件；数据库已由别的办法恢复时用 --in-place", WRONG_USAGE)
    clock = SystemClock()
    begun = clock.monotonic()
    url = settings().database_url.get_secret_value()
    try:
        numbers = taking.restore(url, file, clock.now()) if file else taking.begin_anew(url, clock.now())
    except taking.NotDone as error:
        _refuse(str(error))
    what = f"已从 {file} 恢复" if file else "已开始新的编号"
    print(f"{what}，用时 {clock.monotonic() - begun:.1f} 秒；各服务从编号 {next(iter(numbers.values()))} 起另起一列。")
    print("现在启动服务：它们会从备份时的位置重读日志，已有的不再生效，已发的通知不再发出。")


def _refuse(sentence: str, code: int = 1) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)
