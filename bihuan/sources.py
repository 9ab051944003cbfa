"""Register upstream systems: what they call themselves, for whom they speak, and the topic that is theirs alone."""

from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.intake import database, refuse, settings

if TYPE_CHECKING:
    from runtime.database import Work
    from services.intake.core.registry import Source

app = typer.Typer(no_args_is_help=True, help="Register upstream systems and list them.")

Slug = Annotated[str, typer.Argument(help="Short name: lower-case letters, digits, inner hyphens.")]
Tenants = Annotated[
    list[str], typer.Option("--tenant", help="Division code whose sub-tree it may speak for; may be given again.")
]
Attributes = Annotated[
    list[str] | None,
    typer.Option("--source", help="Its CloudEvents `source`; may be given again. Else /SLUG."),
]
Name = Annotated[str, typer.Option(help="What people call it.")]
Namespace = Annotated[
    str, typer.Option(help="What its hazard ids live in; sources that share ids share one. Else SLUG.")
]
Historic = Annotated[bool, typer.Option("--historic", help="Its events tell nobody.")]
NoTopic = Annotated[bool, typer.Option("--no-topic", help="It comes by HTTP, file or ledger only.")]


@app.command()
def register(
    slug: Slug,
    tenants: Tenants,
    attributes: Attributes = None,
    name: Name = "",
    namespace: Namespace = "",
    historic: Historic = False,
    no_topic: NoTopic = False,
) -> None:
    """Register a source, or change one, and make its topic; intake reads it after a few seconds."""
    from contracts.topics import inspection_topic
    from services.intake.core.registry import Source

    try:
        topic = inspection_topic(slug)
    except ValueError as error:
        refuse(str(error))
    source = Source(
        slug=slug,
        name=name or slug,
        namespace=namespace or slug,
        tenants=tuple(tenants),
        attributes=frozenset(attributes or [f"/{slug}"]),
        topic=None if no_topic else topic,
        historic=historic,
    )
    _check(source)
    if source.topic:
        create_topic(source.topic)
    is_new = save(source)
    print(f"{'已登记' if is_new else '已更新'} {slug}：source {', '.join(sorted(source.attributes))}，"
          f"辖区 {', '.join(source.tenants)}，主题 {source.topic or '（无）'}")  # fmt: skip


@app.command("list")
def list_() -> None:
    """Print every registered source."""
    from rich.console import Console
    from rich.table import Table

    from services.intake.store import sources

    table = Table("slug", "name", "source", "tenants", "namespace", "topic", "historic")
    with database() as opened, opened.begin() as work:
        for source in sources.load(work).sources:
            table.add_row(
                source.slug,
                source.name,
                "\n".join(sorted(source.attributes)),
                " ".join(source.tenants),
                source.namespace,
                source.topic or "",
                "yes" if source.historic else "",
            )
    Console().print(table)


def topics() -> list[str]:
    """The topics of all registered sources; none where intake has no schema yet."""
    from services.intake.store import sources

    with database() as opened, opened.begin() as work:
        known = work.connection.execute("SELECT to_regclass('intake.source')").fetchone()
        return list(sources.load(work).topics) if known and known[0] is not None else []


def create_topic(name: str) -> None:
    """Make the topic of a source, stamped by the broker: a sender's clock must not hold back time."""
    from contextlib import closing

    from contracts.topics import TOPICS
    from runtime.broker import Admin, NewTopic

    days = TOPICS[0].retention_days or 0
    settings_of_topic = {
        "cleanup.policy": "delete",
        "retention.ms": str(days * 86_400_000),
        "retention.bytes": "-1",
        "message.timestamp.type": "LogAppendTime",
    }
    with closing(Admin(settings(), client_id="bihuan-sources")) as admin:
        admin.create_topics(
            [NewTopic(name=name, partitions=TOPICS[0].slots, replication=-1, settings=settings_of_topic)]
        )


def save(source: "Source") -> bool:
    """Write a source; returns whether it is new.

    Ends with a sentence where another source uses one of its attributes, or a key of it would go further than itself.
    """
    from services.intake.store import sources

    with database() as opened, opened.begin() as work:
        owners = sources.owners(work, sorted(source.attributes))
        taken = {attribute: slug for attribute, slug in owners.items() if slug != source.slug}
        if taken:
            refuse("；".join(f"source {attribute} 已属于 {slug}" for attribute, slug in taken.items()))
        if wider := _wider_keys(work, source):
            refuse(
                f"密钥 {'、'.join(wider)} 的辖区超出 {' '.join(source.tenants)}：先 bihuan keys revoke，再发范围合适的"
            )
        work.concerns.update(source.tenants)
        return sources.register(work, source)


def _wider_keys(work: "Work", source: "Source") -> list[str]:
    """The keys that still open, and for more than the source is to speak for."""
    from contracts import divisions
    from runtime.clock import SystemClock
    from services.intake.core.registry import Scopes
    from services.intake.store import keys

    scopes, now = Scopes(divisions.load()), SystemClock(settings().clock_file).now()
    held = [key for key in keys.listed(work) if key.slug == source.slug and key.is_valid(now)]
    return [key.prefix for key in held if not scopes.narrower(key.tenants, source.tenants)]


def _check(source: "Source") -> None:
    """End with a sentence where a code or an attribute cannot be right."""
    from contracts import divisions
    from contracts.topics import OWN_SLUGS, OWN_SOURCES

    table = divisions.load()
    if source.slug in OWN_SLUGS:
        refuse(f"{source.slug} 是本系统自己的来源，不能登记或更改")
    for tenant in source.tenants:
        if tenant != "*" and not (tenant.isascii() and tenant.isdigit() and 6 <= len(tenant) <= 12):  # noqa: PLR2004
            refuse(f"--tenant {tenant}：应为 6 到 12 位区划代码，或 * 表示全部")
        if tenant != "*" and not table.known(tenant):
            typer.echo(f"注意：区划代码表里没有 {tenant}", err=True)
    for attribute in source.attributes:
        if not attribute or any(char.isspace() for char in attribute) or len(attribute) > 256:  # noqa: PLR2004
            refuse(f"--source {attribute!r}：不能有空白，最多 256 个字符")
        if attribute.startswith(OWN_SOURCES):
            refuse(f"--source {attribute}：{OWN_SOURCES} 开头的是本系统自己的")
