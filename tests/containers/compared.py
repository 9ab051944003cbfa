"""Inside the containers' network: wait until nothing moves, then hold everything against the log. Run by kill_each.py."""

import json
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from runtime.clock import SystemClock
from runtime.settings import ProcessSettings
from tests.faults.comparing import Rows, is_quiet, outcome, read_up

OVERDUE_AFTER = timedelta(seconds=130)  # the last deadline of the load, and the ticks behind it
WITHIN = 600.0  # seconds
TRIES = 3  # ticks go on: what falls due between two looks is no difference


def main(asked: str) -> int:
    """`rest`: wait until nothing moves. A folder: say what is wrong with what came out, or that nothing is."""
    settings = ProcessSettings()
    with closing(psycopg.connect(settings.database_url.get_secret_value(), autocommit=True)) as connection:

        def rows(query: str, *parameters: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, parameters or None).fetchall()

        return _rest(settings, rows) if asked == "rest" else _compare(settings, rows, Path(asked))


def _rest(settings: ProcessSettings, rows: Rows) -> int:
    topics = [topic for (topic,) in rows("SELECT topic FROM intake.source WHERE topic IS NOT NULL")]
    moment = SystemClock().now() + OVERDUE_AFTER
    until = time.monotonic() + WITHIN
    while not (is_quiet(settings, rows, topics, moment) and read_up(settings, rows) and _all_left(rows)):
        if time.monotonic() > until:
            print(f"it did not come to rest within {WITHIN} s")
            return 1
        time.sleep(3)  # each look asks every broker
    return 0


def _compare(settings: ProcessSettings, rows: Rows, folder: Path) -> int:
    sent = json.loads((folder / "sent.json").read_text(encoding="utf-8"))
    caught = json.loads((folder / "mails.json").read_text(encoding="utf-8"))
    events = {event for each in sent.values() for event in each}
    for _ in range(TRIES):
        came = outcome(settings, rows, sent)
        wrong = [*came.wrong(events), *_mails_wrong(rows, caught)]
        if not wrong:
            break
        time.sleep(10)  # reporting and the catcher may still have something to read
    print(came.figures(len(events)))
    print(f"notices by state: {dict(rows('SELECT state, count(*) FROM notify.notice GROUP BY 1'))}")
    print("\n".join(wrong) if wrong else "nothing lost, nothing doubled")
    return 1 if wrong else 0


def _all_left(rows: Rows) -> bool:
    return bool(rows("SELECT count(*) FROM notify.notice WHERE state IN ('created', 'sending', 'retrying')") == [(0,)])


def _mails_wrong(rows: Rows, caught: list[str]) -> list[str]:
    """Each delivered message once in the catcher; another one only where notify itself says that nobody knows."""
    ids = Counter(name.partition("@")[0] for name in caught)
    attempts = rows("SELECT DISTINCT message, outcome FROM notify.attempt WHERE seat <> ''")
    delivered = {message for message, result in attempts if result == "delivered"}
    unknown = {message for message, result in attempts if result not in {"delivered", "rejected"}}
    found = {
        "mails that notify calls delivered and nobody caught": delivered - ids.keys(),
        "mails caught that notify does not know": ids.keys() - delivered - unknown - _of_alertmanager(ids),
        "mails caught twice": {name for name, times in ids.items() if times > 1 and name not in unknown},
    }
    print(f"mails: {sum(ids.values())} caught, {len(delivered)} delivered by notify, {len(unknown)} nobody knows of")
    return [f"{len(names)} {what}: {sorted(names)[:3]}" for what, names in found.items() if names]


def _of_alertmanager(ids: Counter[str]) -> set[str]:
    """Its own way beside notify: its ids are no hashes of ours."""
    return {name for name in ids if not (len(name) == 32 and all(letter in "0123456789abcdef" for letter in name))}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
