"""Make, list, reset and shut the accounts of people, and say which roles they hold for which tenants."""

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from contracts.roles import Role
    from runtime.access import Grant
    from runtime.database import Work

app = typer.Typer(no_args_is_help=True, help="People who sign in: accounts, and roles for tenants.")

Name = Annotated[str, typer.Argument(help="The account: lower-case letters, digits, inner . _ and -.")]
RoleOption = Annotated[
    str, typer.Option("--role", help="province, city, county, department, team, auditor or administrator.")
]
Tenant = Annotated[str, typer.Option("--tenant", help="Division code whose sub-tree the role is for; * for all.")]
Sectors = Annotated[
    list[str] | None, typer.Option("--sector", help="A sector that the role is limited to; may be given again.")
]


@app.command()
def add(
    name: Name,
    display: Annotated[str, typer.Option(help="What pages call the person; else the account's name.")] = "",
    role: RoleOption = "",
    tenant: Tenant = "",
    sectors: Sectors = None,
) -> None:
    """Make an account and print its first password: this once and never again. The first sign-in changes it."""
    from runtime.access import passwords, store

    given = _grant_of(role, tenant, sectors) if role or tenant else None
    password = passwords.generated()
    kept = passwords.Passwords().kept(password)
    with begin() as work:
        if not _fits(name):
            _refuse(f"账号 {name!r} 不合规：2 到 63 个小写字母、数字、点、下划线、连字符，以字母或数字开头")
        if not store.add_person(work, name, display or name, kept, by=_by()):
            _refuse(f"账号 {name} 已经存在；改密码：bihuan people reset {name}")
        if given:
            work.concerns.add(given.tenant)
            store.grant(work, name, given, by=_by())
    typer.echo(f"已建立 {name}；初始密码只显示这一次，首次登录须修改：", err=True)
    print(password)


@app.command("list")
def list_() -> None:
    """Print every account with its roles and when it was seen last."""
    from rich.console import Console
    from rich.table import Table

    from runtime.access import store

    table = Table("name", "display", "roles", "state", "seen")
    with begin() as work:
        for account, grants, last in store.people(work):
            roles = "\n".join(" ".join([each.role, each.tenant, *each.sectors]) for each in grants)
            state = "shut" if account.disabled else "locked" if account.locked else ""
            state = state or ("first password" if account.must_change else "open")
            table.add_row(account.name, account.display, roles, state, f"{last:%Y-%m-%d %H:%M}" if last else "")
    Console().print(table)


@app.command()
def reset(name: Name) -> None:
    """Give an account a new first password, end its sessions and unlock it."""
    from runtime.access import passwords, store

    password = passwords.generated()
    kept = passwords.Passwords().kept(password)
    with begin() as work:
        _concerning(work, name)
        if not store.set_password(work, name, kept, must_change=True):
            _refuse(f"没有账号 {name}")
        store.end_sessions(work, name, "password reset")
    typer.echo(f"已重设 {name}；密码只显示这一次，下次登录须修改：", err=True)
    print(password)


@app.command()
def grant(name: Name, role: RoleOption, tenant: Tenant, sectors: Sectors = None) -> None:
    """Give a role for a tenant and all below it, or change the sectors of one that was given."""
    from runtime.access import store

    given = _grant_of(role, tenant, sectors)
    with begin() as work:
        if store.account(work, name) is None:
            _refuse(f"没有账号 {name}：bihuan people add {name}")
        work.concerns.add(given.tenant)
        store.grant(work, name, given, by=_by())
    print(f"{name}：{given.role.chinese} {given.tenant} {' '.join(given.sectors)}".rstrip())


@app.command()
def revoke(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="The role to take back; without it the account is shut.")] = "",
    tenant: Annotated[str, typer.Option("--tenant", help="The tenant that the role was given for.")] = "",
) -> None:
    """Take a role back, or shut the whole account; its sessions end at once, what it did stays under its name."""
    from runtime.access import store

    with begin() as work:
        _concerning(work, name)
        if role or tenant:
            if not store.take_back(work, name, _role(role), tenant):
                _refuse(f"{name} 没有 {role} {tenant} 这个岗位")
        elif not store.disable(work, name):
            _refuse(f"没有可停用的账号 {name}")
        store.end_sessions(work, name, "role taken back" if role else "account shut")
    print(f"{name}：已收回 {role} {tenant}" if role else f"已停用 {name}")


@app.command()
def token(name: Name) -> None:
    """Open a session for an account from this machine and print its token, for scripts: Authorization: Bearer TOKEN."""
    from runtime.access import sessions, store

    made = sessions.new_token()
    with begin() as work:
        account = store.account(work, name)
        if account is None or account.disabled:
            _refuse(f"没有可用的账号 {name}")
        _concerning(work, name)
        store.open_session(work, name, sessions.digest_of(made), "bearer")
    print(made)


def _concerning(work: "Work", name: str) -> None:
    """What is done to an account concerns every area that the person works for."""
    from runtime.access import store

    work.concerns.update(grant.tenant for grant in store.grants_of(work, name))


def _grant_of(role: str, tenant: str, sectors: list[str] | None) -> "Grant":
    """The grant that is asked for; ends with a sentence where a word cannot be right."""
    from contracts import divisions
    from contracts.roles import EVERYWHERE, Role
    from runtime.access import Grant

    found = _role(role)
    if tenant != EVERYWHERE and divisions.load().nearest(tenant) is None:
        _refuse(f"--tenant {tenant}：区划代码表里没有它，也没有它的上级；* 表示全部")
    if found is Role.ADMINISTRATOR and tenant != EVERYWHERE:
        _refuse("系统管理员管理整个系统：--tenant '*'")
    return Grant(role=found, tenant=tenant, sectors=tuple(sectors or ()))


def _role(word: str) -> "Role":
    from contracts.roles import Role

    try:
        return Role(word)
    except ValueError:
        _refuse(f"--role {word}：应为 {'、'.join(Role)} 之一")


def _fits(name: str) -> bool:
    import re

    return re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,62}", name) is not None


def begin() -> "AbstractContextManager[Work]":
    """One transaction on the accounts."""
    from contextlib import contextmanager

    from bihuan.intake import settings
    from runtime.access.store import SCHEMA
    from runtime.database import Database

    @contextmanager
    def opened_once() -> "Iterator[Work]":
        opened = Database(
            settings().database_url.get_secret_value(), schema=SCHEMA, application_name="bihuan", pool_size=1
        )
        try:
            with opened.begin() as work:
                yield work
        finally:
            opened.close()

    return opened_once()


def _by() -> str:
    from bihuan.intake import who

    return f"{who()}@local"


def _refuse(sentence: str) -> NoReturn:
    from bihuan.intake import refuse

    refuse(sentence)
