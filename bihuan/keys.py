"""Make, list and revoke API keys: shown once, kept as a hash, bound to a source and its tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.intake import admission, database, refuse, settings

if TYPE_CHECKING:
    from runtime.database import Work
    from services.intake.core.registry import Source

app = typer.Typer(no_args_is_help=True, help="API keys of upstream systems and operators.")

SourceOption = Annotated[str, typer.Option("--source", help="Slug of the registered source that sends with it.")]
Tenants = Annotated[
    list[str] | None, typer.Option("--tenant", help="Division code it is limited to; may be given again. Else all of its source's.")
]  # fmt: skip
Operate = Annotated[bool, typer.Option("--operate", help="It may list and replay dead letters.")]
Days = Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")]
Label = Annotated[str, typer.Option(help="What it is for.")]


@app.command()
def create(
    source: SourceOption = "", tenants: Tenants = None, operate: Operate = False, days: Days = 365, label: Label = ""
) -> None:
    """Make a key and print it: this once and never again."""
    import secrets
    from datetime import timedelta

    from runtime.clock import SystemClock
    from services.intake.core import keys as core
    from services.intake.store import keys

    if not source and not operate:
        refuse("说明密钥的用途：--source 来源，或 --operate")
    token = core.token_of(secrets.token_bytes(core.PREFIX_BYTES + core.SECRET_BYTES))
    now = SystemClock(settings().clock_file).now()
    with database() as opened, opened.begin() as work:
        key = core.ApiKey(
            prefix=core.prefix_of(token) or "",
            digest=core.digest_of(token),
            slug=source or None,
            tenants=_tenants(work, source, tuple(tenants or ())),
            operates=operate,
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        keys.add(work, key)
        work.remarks.append(" ".join([key.prefix, source or "operator", *key.tenants]))
    typer.echo(f"辖区 {' '.join(key.tenants)}，{key.expires_at:%Y-%m-%d} 到期；密钥只显示这一次：", err=True)
    print(token)


@app.command("list")
def list_() -> None:
    """Print every key without its secret."""
    from rich.console import Console
    from rich.table import Table

    from runtime.clock import SystemClock
    from services.intake.store import keys

    now = SystemClock(settings().clock_file).now()
    table = Table("prefix", "source", "tenants", "operates", "label", "expires", "state")
    with database() as opened, opened.begin() as work:
        for key in keys.listed(work):
            state = "valid" if key.is_valid(now) else "revoked" if key.revoked_at else "expired"
            expires = f"{key.expires_at:%Y-%m-%d}"
            operates = "yes" if key.operates else ""
            table.add_row(key.prefix, key.slug or "", " ".join(key.tenants), operates, key.label, expires, state)
    Console().print(table)


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="The public part of the key, as `keys list` shows it.")]) -> None:
    """Let a key open no door any more, at once."""
    from runtime.clock import SystemClock
    from services.intake.store import keys

    with database() as opened, opened.begin() as work:
        if not keys.revoke(work, prefix, SystemClock(settings().clock_file).now()):
            refuse(f"没有有效的密钥 {prefix}")
    print(f"已吊销 {prefix}")


def _tenants(work: "Work", slug: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tenants of a key: those wanted, within its source's; an operator's without any sees everything."""
    judge = admission(work)
    source = judge.registry.named(slug) if slug else None
    if slug and source is None:
        refuse(f"来源 {slug} 没有登记：bihuan sources register {slug} --tenant CODE")
    rights = source.tenants if source else ("*",)
    if not judge.scopes.narrower(wanted, rights):
        refuse(f"密钥的辖区必须在来源的辖区（{' '.join(rights)}）之内")
    return wanted or rights


@contextmanager
def lent(source: "Source", label: str, *, hours: int) -> Iterator[str]:
    """A key of a source for one command; it is revoked when the command is done, and ends by itself where that fails."""
    import secrets
    from datetime import timedelta

    from runtime.clock import SystemClock
    from services.intake.core import keys as core
    from services.intake.store import keys

    token = core.token_of(secrets.token_bytes(core.PREFIX_BYTES + core.SECRET_BYTES))
    prefix = core.prefix_of(token) or ""
    clock = SystemClock(settings().clock_file)
    with database() as opened:
        with opened.begin() as work:
            now = clock.now()
            key = core.ApiKey(
                prefix=prefix,
                digest=core.digest_of(token),
                slug=source.slug,
                tenants=source.tenants,
                operates=False,
                label=label,
                created_at=now,
                expires_at=now + timedelta(hours=hours),
            )
            keys.add(work, key)
        try:
            yield token
        finally:
            with opened.begin() as work:
                keys.revoke(work, prefix, clock.now())
