"""Move the running clocks of one version of a pack to another: one logged fact for each clock, after a dry run."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bihuan.reviewing import Form, each, reading, told, watched

if TYPE_CHECKING:
    from contracts.facts import Fact
    from runtime.settings import ProcessSettings
    from services.escalation.core.case import Case, CaseKey

FAILED = 1
MIGRATED = "policy.migrated.v1"


class Migration(NamedTuple):
    """Which clocks move where, and who says so."""

    policy: str
    old: str
    new: str
    by: str
    reason: str
    document_no: str


def migrate(
    policy: Annotated[str, typer.Argument(help="The pack's id.")],
    old: Annotated[str, typer.Argument(help="The version under which the clocks run.")],
    new: Annotated[str, typer.Argument(help="The version to which they move; it has to be in force.")],
    reason: Annotated[str, typer.Option(help="Why; needed unless it is a dry run.")] = "",
    by: Annotated[str, typer.Option(help="Handle of who decided it; absent: the account at the keyboard.")] = "",
    document_no: Annotated[str, typer.Option(help="The document that decided it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what moves, and what would change.")] = False,
    form: Annotated[Form, typer.Option("--format", help="Sentences, or the records that would be made.")] = "words",
) -> None:
    """Move the running clocks of hazards, listings and duties to another version; what was decided before stays."""
    from bihuan.connection import settings_of
    from bihuan.intake import who
    from bihuan.people_topic import announce
    from runtime.clock import SystemClock
    from runtime.errors import Unavailable
    from runtime.settings import ProcessSettings

    if not reason and not dry_run:
        raise typer.BadParameter("say why with --reason, or look first with --dry-run")
    settings = settings_of(ProcessSettings)
    wanted = Migration(policy, old, new, by or who(), reason or "-", document_no)
    now = SystemClock(settings.clock_file).now()
    try:
        moving = _look(settings, wanted, now, form)
        if not dry_run:
            announce(settings, moving)
    except (LookupError, Unavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(FAILED) from None
    print(f"{len(moving)} clocks {'would move' if dry_run else 'move'} from version {old} to {new}", file=sys.stderr)


def _look(settings: "ProcessSettings", wanted: Migration, now: datetime, form: Form) -> list["Fact"]:
    """Print what would change, and return the facts that say what moves."""
    from services.escalation.store import review

    facts: list[Fact] = []

    def fact_of(case: "Case", key: "CaseKey") -> "Fact":
        facts.append(moved(wanted, case, key, now))
        return facts[-1]

    with reading(settings) as (using, engine):
        versions = [pack.version for pack in engine.law.packs if pack.id == wanted.policy]
        for version in (wanted.old, wanted.new):
            if version not in versions:
                known = ", ".join(versions) or "none"
                raise LookupError(f"{wanted.policy}: version {version!r} was never put into force; versions: {known}")
        (root,) = {pack.root for pack in engine.law.packs if pack.id == wanted.policy}
        act = review.moving(wanted.policy, wanted.old, wanted.new, fact_of)
        for stretch in watched(each(using, engine, act, root), review.open_cases(using)):
            for line in told(stretch.changes, form):
                print(line)
    return facts


def moved(wanted: Migration, case: "Case", key: "CaseKey", now: datetime) -> "Fact":
    """The fact that moves one clock; said again, it is the same fact."""
    import hashlib

    import msgspec

    from contracts.facts import Fact
    from contracts.topics import PEOPLE_SOURCE

    words = {
        "policy": wanted.policy,
        "from_version": wanted.old,
        "to_version": wanted.new,
        "kind": key.kind,
        "case_id": key.id,
        "namespace": key.namespace,
        "by": wanted.by,
        "reason": wanted.reason,
        "document_no": wanted.document_no,
    }
    turn = f"{key}/{len(case.moves)}"
    digest = hashlib.sha256(f"{wanted.policy}/{wanted.old}/{wanted.new}/{turn}".encode()).hexdigest()
    return Fact(
        id=f"policy-migrated/{wanted.policy}/{digest[:32]}",
        source=PEOPLE_SOURCE,
        type=MIGRATED,
        time=now,
        tenant=key.committee,
        committee=key.committee,
        data=msgspec.Raw(msgspec.json.encode({name: word for name, word in words.items() if word})),
    )
