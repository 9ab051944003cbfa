"""See who was told what, take up what got stuck, and stop all sending."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from contracts.vocabulary import NoticeState

if TYPE_CHECKING:
    from runtime.database import Database
    from services.notify.handlers.people import Counter
    from services.notify.settings import NotifySettings

app = typer.Typer(no_args_is_help=True, help="Who was told what: list, show, send again, settle; stop and resume all.")

FAILED, WRONG_USAGE = 1, 2
Identity = Annotated[str, typer.Argument(help="The notice's id, as `notices list` shows it; its beginning will do.")]
Author = Annotated[str, typer.Option("--by", help="Who does it, for the trail; absent: the account at the keyboard.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a few words; kept in the trail.")]


@app.command("list")
def list_(
    state: Annotated[NoticeState | None, typer.Option(help="Only notices in this state.")] = None,
    decision: Annotated[str, typer.Option(help="Only notices of this decision.")] = "",
    tenant: Annotated[str, typer.Option(help="Only this tenant and all below it.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 50,
    form: Annotated[str, typer.Option("--format", help="table or jsonl")] = "table",
) -> None:
    """Print notices, the newest first."""
    from rich.console import Console
    from rich.table import Table

    from services.notify.store.listing import Wanted, list_notices

    wanted = Wanted(
        state=state.value if state else None, decision_id=decision or None, tenant=tenant or None, limit=limit
    )
    with database() as opened, opened.begin() as work:
        rows = list_notices(work, wanted)
    if form == "jsonl":
        for row in rows:
            print(json.dumps(row, ensure_ascii=False, default=str))
        return
    table = Table("id", "created", "decision", "status", "tenant", "recipient", "channel", "state", "tries", "reason")
    for row in rows:
        state_words = NoticeState(row["state"]).chinese + (f"·{row['suppression']}" if row["suppression"] else "")
        table.add_row(
            row["id"][:12],
            f"{row['created_at']:%Y-%m-%d %H:%M:%S}Z",
            row["decision_id"][:12],
            row["status"],
            row["tenant"],
            row["recipient"],
            row["channel"],
            state_words,
            str(row["attempt"]),
            row["error"],
        )
    Console().print(table)


@app.command()
def show(identity: Identity) -> None:
    """Print one notice with its attempts and what people did about it; personal data is masked."""
    from services.notify.api.forms import attempt_shown
    from services.notify.store.listing import show_notice

    with database() as opened, opened.begin() as work:
        found = show_notice(work, _whole(work, identity))
    if found is None:
        refuse(f"没有通知 {identity}")
    notice, attempts, acts = found
    trail = {
        "notice": notice,
        "attempts": [attempt_shown(row).model_dump() for row in attempts],
        "acts": acts,
    }
    print(json.dumps(trail, ensure_ascii=False, indent=2, default=str))


@app.command()
def retry(identity: Identity, reason: Reason = "人工重发", author: Author = "") -> None:
    """Send a notice again that failed, is ambiguous, waits, or was set aside."""
    with counter() as people:
        again = _acted(lambda whole: people.retry(whole, author=author or who(), reason=reason), identity)
    print(f"{again.id}: {again.state.chinese}")


@app.command()
def settle(
    identity: Identity,
    outcome: Annotated[NoticeState, typer.Argument(help="delivered or failed, as the recipient said.")],
    reason: Reason = "人工核实",
    author: Author = "",
) -> None:
    """Say what became of a notice whose outcome nobody knew."""
    with counter() as people:
        settled = _acted(lambda whole: people.settle(whole, outcome, author=author or who(), reason=reason), identity)
    print(f"{settled.id}: {settled.state.chinese}")


@app.command("settle-all")
def settle_all(
    outcome: Annotated[NoticeState, typer.Argument(help="delivered, failed, or retrying to send each once more.")],
    channel: Annotated[str, typer.Option(help="Only notices on this channel.")],
    answer: Annotated[str | None, typer.Option(help="Only those with this answer of the channel, in full.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant and all below it.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Last tried at this moment (UTC) or later.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Last tried at this moment (UTC) or earlier.")] = None,
    expect: Annotated[int, typer.Option(help="How many you have seen; absent: count them and settle nothing.")] = 0,
    reason: Reason = "按规则核实",
    author: Author = "",
) -> None:
    """Settle all ambiguous notices of one cause at once, by rule; without --expect only counts them."""
    from services.notify.core.people import RULED, Ruling
    from services.notify.handlers.people import RULED_AT_ONCE, Miscounted
    from services.notify.store.unsettled import fitting

    if outcome not in RULED:
        refuse(f"核实结果写 {'、'.join(state.value for state in RULED)}", WRONG_USAGE)
    moments = [moment and moment.replace(tzinfo=UTC) for moment in (since, until)]
    ruling = Ruling(channel=channel, answer=answer, tenant=tenant, since=moments[0], until=moments[1])
    with counter() as people, database() as opened:
        if not expect:
            with opened.begin() as work:
                count = len(fitting(work, ruling, RULED_AT_ONCE + 1, lock=False))
            print(f"{count} 条结果不明的通知符合。核对无误后加 --expect {count} 登记为“{outcome.chinese}”。")
            return
        try:
            done = people.settle_all(ruling, outcome, expected=expect, author=author or who(), reason=reason)
        except Miscounted as error:
            refuse(f"现在符合的有 {error.found} 条，不是 {expect} 条（一次最多 {RULED_AT_ONCE} 条）：没有登记")
    print(f"已登记 {done} 条：{outcome.chinese}")


@app.command()
def stop(
    reason: Annotated[str, typer.Option("--reason", help="Why; shown to everybody.")], author: Author = ""
) -> None:
    """Stop all sending at once: the master switch. What would leave is set aside."""
    with counter() as people:
        people.stop(author=author or who(), reason=reason)
    print("已停止全部发送。恢复：bihuan notices resume")


@app.command()
def resume(
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the switch.")] = "恢复发送",
    author: Author = "",
    release: Annotated[bool, typer.Option("--release", help="Also send what was set aside meanwhile.")] = False,
) -> None:
    """Let sending go on. What was set aside stays so unless --release is given."""
    with counter() as people:
        aside = people.resume(author=author or who(), reason=reason, release=release)
    if release:
        print(f"已恢复发送，{aside} 条搁置的通知重新排队。")
    else:
        print(f"已恢复发送。{aside} 条通知仍搁置" + ("（加 --release 一并发出）。" if aside else "。"))


def settings() -> "NotifySettings":
    """Return the settings of the environment; without a database there says what is missing and ends."""
    from bihuan.connection import settings_of
    from services.notify.settings import NotifySettings

    return settings_of(NotifySettings)


@contextmanager
def database() -> "Iterator[Database]":
    """Open notify's schema for one command."""
    from runtime.database import Database

    url = settings().database_url.get_secret_value()
    opened = Database(url, schema="notify", application_name="bihuan", pool_size=2)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def counter() -> "Iterator[Counter]":
    """Open the place where people act on notices."""
    from runtime.clock import SystemClock
    from services.notify.handlers.people import Counter

    with database() as opened:
        yield Counter(database=opened, clock=SystemClock(settings().clock_file))


def who() -> str:
    """Return the name of the one at the keyboard, for the trail."""
    return getpass.getuser()


def refuse(sentence: str, status: int = FAILED) -> NoReturn:
    """Say why not, and end."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(status)


def _acted(act: Any, identity: str) -> Any:
    from services.notify.core.notice import IllegalMove
    from services.notify.handlers.people import Unknown

    with database() as opened, opened.begin() as work:
        whole = _whole(work, identity)
    try:
        return act(whole)
    except Unknown:
        refuse(f"没有通知 {identity}")
    except IllegalMove as error:
        refuse(str(error))


def _whole(work: Any, identity: str) -> str:
    """Return the whole id of which this is the beginning; the word itself where none or several have it."""
    from services.notify.store.listing import ids_that_begin

    found = ids_that_begin(work, identity)
    if len(found) > 1:
        refuse(f"{identity} 不止一条通知：请多写几位", WRONG_USAGE)
    return found[0] if found else identity
