"""Make, list and revoke API keys: shown once, kept as a hash, bound to a source and its tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.intake import admission, database, refuse, settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from ipaddress import IPv4Network, IPv6Network

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
Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network", help="Network it may come from, such as 10.1.0.0/16; may be given again. Else from anywhere."
    ),
]
Rate = Annotated[
    int | None,
    typer.Option("--per-second", min=1, help="Events a second, over all processes. Else the installation's."),
]
Burst = Annotated[int | None, typer.Option(min=1, help="Events at once. Else the installation's.")]
Overlap = Annotated[float, typer.Option("--overlap-hours", min=0, help="Hours for which the old key still opens.")]
Prefix = Annotated[str, typer.Argument(help="The public part of the key, as `keys list` shows it.")]


@app.command()
def create(
    source: SourceOption = "",
    tenants: Tenants = None,
    operate: Operate = False,
    days: Days = 365,
    label: Label = "",
    networks: Networks = None,
    per_second: Rate = None,
    burst: Burst = None,
) -> None:
    """Make a key and print it: this once and never again."""
    from datetime import timedelta

    from contracts import api_keys
    from services.intake.core import keys as core
    from services.intake.store import keys

    if not source and not operate:
        refuse("说明密钥的用途：--source 来源，或 --operate")
    token, now = _new_token(), _now()
    with database() as opened, opened.begin() as work:
        key = core.ApiKey(
            prefix=api_keys.prefix_of(token) or "",
            digest=api_keys.digest_of(token),
            slug=source or None,
            tenants=_tenants(work, source, tuple(tenants or ())),
            operates=operate,
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=days),
            networks=_networks(networks or ()),
            per_second=per_second,
            burst=burst,
        )
        keys.add(work, key)
        work.concerns.update(key.tenants)
        work.remarks.append(" ".join([key.prefix, source or "operator", *key.tenants]))
    typer.echo(f"辖区 {' '.join(key.tenants)}，{key.expires_at:%Y-%m-%d} 到期；密钥只显示这一次：", err=True)
    print(token)


@app.command()
def rotate(prefix: Prefix, overlap_hours: Overlap = 24.0, days: Days = 365) -> None:
    """Make a key with the same rights in place of one, which still opens for a while; print the new one this once."""
    from datetime import timedelta

    from services.intake.store import keys

    token, now = _new_token(), _now()
    with database() as opened, opened.begin() as work:
        old = keys.find(work, prefix)
        if old is None or not old.is_valid(now):
            refuse(f"没有有效的密钥 {prefix}：bihuan keys list")
        old, new = old.succeeded_by(token, now=now, overlap=timedelta(hours=overlap_hours), lives=timedelta(days=days))
        work.concerns.update(old.tenants)
        keys.end(work, old.prefix, old.expires_at)
        keys.add(work, new)
    typer.echo(f"旧密钥 {prefix} 到 {old.expires_at:%Y-%m-%d %H:%M} UTC 仍可用；新密钥只显示这一次：", err=True)
    print(token)


@app.command("list")
def list_() -> None:
    """Print every key without its secret: one line each, with tabs between, to read and to cut."""
    from services.intake.store import keys

    now = _now()
    print("prefix", "state", "expires", "last use", "source", "tenants", "networks", "rate", "label", sep="\t")
    with database() as opened, opened.begin() as work:
        for key in keys.listed(work):
            print(
                key.prefix,
                "valid" if key.is_valid(now) else "revoked" if key.revoked_at else "expired",
                f"{key.expires_at:%Y-%m-%d %H:%M}",
                f"{key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never",
                key.slug or ("(operates)" if key.operates else ""),
                " ".join(key.tenants),
                " ".join(map(str, key.networks)) or "anywhere",
                f"{key.per_second}/s" if key.per_second else "",
                key.label + (f" (for {key.replaces})" if key.replaces else ""),
                sep="\t",
            )


@app.command()
def revoke(prefix: Prefix) -> None:
    """Let a key open no door any more, at once."""
    from services.intake.store import keys

    with database() as opened, opened.begin() as work:
        if not keys.revoke(work, prefix, _now()):
            refuse(f"没有有效的密钥 {prefix}")
        if (key := keys.find(work, prefix)) is not None:
            work.concerns.update(key.tenants)
    print(f"已吊销 {prefix}")


def _new_token() -> str:
    import secrets

    from contracts import api_keys

    return api_keys.token_of(secrets.token_bytes(api_keys.PREFIX_BYTES + api_keys.SECRET_BYTES))


def _now() -> "datetime":
    from runtime.clock import SystemClock

    return SystemClock(settings().clock_file).now()


def _networks(wanted: "Sequence[str]") -> "tuple[IPv4Network | IPv6Network, ...]":
    from ipaddress import ip_network

    try:
        return tuple(ip_network(network) for network in wanted)
    except ValueError as error:
        refuse(f"--network：{error}（例如 10.1.0.0/16）")


def _tenants(work: "Work", slug: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tenants of a key: those wanted, within its source's; an operator's without any sees everything."""
    from contracts.topics import OWN_SLUGS

    if slug in OWN_SLUGS:
        refuse(f"{slug} 是本系统自己的来源，不发密钥")
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

    from contracts import api_keys
    from runtime.clock import SystemClock
    from services.intake.core import keys as core
    from services.intake.store import keys

    token = api_keys.token_of(secrets.token_bytes(api_keys.PREFIX_BYTES + api_keys.SECRET_BYTES))
    prefix = api_keys.prefix_of(token) or ""
    clock = SystemClock(settings().clock_file)
    with database() as opened:
        with opened.begin() as work:
            now = clock.now()
            key = core.ApiKey(
                prefix=prefix,
                digest=api_keys.digest_of(token),
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
