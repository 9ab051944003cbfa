"""Print or apply what each principal may do on the brokers, worked out from the topic table and the registered sources."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.intake import database, settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.broker import Acl

Apply = Annotated[bool, typer.Option("--apply", help="Add what is missing; needs the right to alter the cluster.")]
Check = Annotated[bool, typer.Option("--check", help="Compare with the brokers; status 1 where they differ.")]


def acls(apply: Apply = False, check: Check = False) -> None:
    """Print the rights as calls of kafka-acls.sh; with --apply add them, with --check compare them with the brokers'."""
    from deploy import acls as table
    from runtime.broker import Admin

    slugs = _slugs()
    if not apply and not check:
        for line in table.commands(table.wanted(slugs)):
            print(line)
        return
    with closing(Admin(settings(), client_id="bihuan-acls")) as cluster:
        there = cluster.acls()
        missing = table.missing(there, slugs)
        if apply:
            cluster.add_acls(missing)
    _say("已添加" if apply else "缺少", missing)
    too_many = table.beyond(there, slugs)
    _say("多余（请核实后收回）", too_many)
    if check and (missing or too_many):
        raise SystemExit(1)


def _slugs() -> list[str]:
    """The sources that have a topic, but for our own people's."""
    from services.intake.store import sources

    with database() as opened, opened.begin() as work:
        return sorted(source.slug for source in sources.load(work).sources if source.topic and not source.is_ourselves)


def _say(word: str, listed: "Iterable[Acl]") -> None:
    lines = [str(acl) for acl in listed]
    print(f"{word} {len(lines)} 项")
    for line in lines:
        print(f"  {line}")
