"""Keep the keys of informers: make a master key, wrap anew under it, and destroy what need not be known any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.intake.handlers.tip_offs import TipOffDesk

app = typer.Typer(no_args_is_help=True, help="People who told of a hazard: their keys, and forgetting them.")

BATCH = 500


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="What the key is called, such as 2026-11; lower case, digits, hyphens.")],
) -> None:
    """Print a new master key. Put it as the first line into the file of BIHUAN_MASTER_KEYS_FILE; keep the older lines."""
    from bihuan.intake import refuse
    from runtime.vault import BadMasterKeys, Vault, new_master_line

    line = new_master_line(name)
    try:
        Vault(line)
    except BadMasterKeys:
        refuse(f"名称 {name!r} 不合规：小写字母、数字和连字符，以字母或数字开头，最多 39 个")
    typer.echo("只显示这一次。写在密钥文件的第一行，重启 intake，再执行 bihuan informers rewrap：", err=True)
    print(line)


@app.command()
def rewrap() -> None:
    """Wrap every informer's key under the present master key; what they said is not touched and stays readable."""
    from runtime import persons

    total = 0
    with _desk() as desk:
        while True:
            with desk.database.begin() as work:
                done = persons.rewrap(work, desk.sealing, most=BATCH)
            total += done
            if not done:
                break
        with desk.database.begin() as work:
            left = persons.masters(work)
        present = desk.sealing.present
    print(f"已用主密钥 {present} 重新封存 {total} 把密钥")
    for name, count in left.items():
        print(f"  {name}：{count} 人" + ("" if name == present else "（尚未换完）"))
    if set(left) <= {present}:
        print("其他主密钥在库中不再使用；更早的备份还要靠它们才能打开，过了备份的保存期再销毁。")


@app.command()
def erase(
    tip_off: Annotated[str, typer.Argument(help="The tip-off's id, as the pages show it.")],
    reason: Annotated[str, typer.Option(help="Why; it goes on record.")],
) -> None:
    """Destroy an informer's key at once: nobody can open what they wrote or who they are any more."""
    from bihuan.intake import refuse, who
    from services.intake.handlers.tip_offs import NoSuchTipOff

    if not reason.strip():
        refuse("--reason 不能为空：销毁要写明理由")
    with _desk() as desk:
        try:
            done = desk.erase(tip_off, by=f"{who()}@local", reason=reason.strip())
        except NoSuchTipOff:
            refuse(f"没有举报 {tip_off}")
    print(f"{tip_off}：" + ("举报人的密钥已销毁" if done else "以前已经销毁"))
    if done:
        print(
            "此前的备份里还有被主密钥封存的旧密钥：换一把主密钥（bihuan informers key、rewrap），备份过期后销毁旧的。"
        )


@app.command()
def expire() -> None:
    """Destroy the keys of all whose handling ended long enough ago (the worker does the same once a day)."""
    with _desk() as desk:
        count = desk.expire()
        months = desk.rules.keep_months
    print(f"办结满 {months} 个月：销毁了 {count} 人的密钥")


@contextmanager
def _desk() -> Iterator["TipOffDesk"]:
    """Intake's desk of tip-offs for one command, by the settings of the environment."""
    from bihuan.intake import database, refuse, settings
    from contracts import divisions
    from policies import files
    from runtime.clock import SystemClock
    from runtime.vault import BadMasterKeys, CannotOpen
    from services.intake.core.committees import Committees
    from services.intake.handlers.registering import Doorkeeper
    from services.intake.handlers.tip_offs import NotOpen, open_desk

    told, table, clock = settings(), divisions.load(), SystemClock()
    committees = Committees(table, files.roots(told.policies_dir))
    with database() as opened:
        doorkeeper = Doorkeeper(divisions=table, committees=committees, clock=clock)
        try:
            yield open_desk(told, opened, clock, doorkeeper, table)
        except (BadMasterKeys, CannotOpen) as error:
            refuse(f"主密钥不对：{error}")
        except NotOpen:
            refuse("没有主密钥：设置 BIHUAN_MASTER_KEYS_FILE；bihuan informers key 生成一把")
