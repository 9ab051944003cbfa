"""The site burns down with its brokers; another one goes on from last night's backup: docs/howto/cold-standby.md, walked.

The page's commands are run in their order on a machine that never saw the first one's log.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.e2e.feed import has_passed, is_through
from tests.e2e.receivers import Mailbox
from tests.faults import test_restore as restoring
from tests.machine import Machine

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "cold-standby.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOON = timedelta(seconds=5)
WITHIN = 300.0  # seconds


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as opened:
        yield opened


def site(folder: Path, mailbox: Mailbox) -> Machine:
    return Machine(
        folder,
        BIHUAN_SMTP_HOST="127.0.0.1",
        BIHUAN_SMTP_PORT=str(mailbox.port),
        BIHUAN_SMTP_STARTTLS="false",
        BIHUAN_GRACE_SECONDS="3",
    )


def commands(step: str) -> list[list[str]]:
    """The commands of ours under a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {step}\n")[2].partition("\n## ")[0]
    lines = "".join(BLOCK.findall(section)).splitlines()
    return [line.partition("#")[0].split()[1:] for line in lines if line.startswith("bihuan ")]


def test_another_site_goes_on_from_the_backup(mailbox: Mailbox, tmp_path: Path) -> None:
    """What was decided stays, nobody is told again, and what is reported afterwards is decided and told."""
    backup = tmp_path / "nightly.dump"
    first = site(tmp_path / "first", mailbox)
    try:
        first.up()
        first.run("sources", "register", "restore", "--tenant", restoring.COUNTY, "--source", restoring.SOURCE)
        first.run("policy", "activate", "--all")
        roster = tmp_path / "roster.yaml"
        roster.write_text(restoring.ROSTER, encoding="utf-8")
        first.run("routes", "roster", str(roster))
        deadline = SystemClock().now() + SOON
        restoring.report(first, 1, 30, deadline.isoformat())
        eventually(lambda: has_passed(first, restoring.CITY, deadline), within=WITHIN, every=1.0)
        eventually(lambda: is_through(first), within=WITHIN, every=1.0)
        before = restoring.decisions(first), restoring.hazards(first), restoring.mails(mailbox)
        (saving,) = commands("每天")
        first.run(*(str(backup) if word.endswith(".dump") else word for word in saving))
    finally:
        first.down()

    second = site(tmp_path / "second", mailbox)
    try:
        second.up()  # the standby as it was installed, empty
        restoring.stop_services(second)
        restoring.drop_database(second)
        for command in commands("接管"):
            print(second.run(*(str(backup) if word.endswith(".dump") else word for word in command)))  # noqa: T201 (quoted)
        for program in second.here.programs:
            if program.is_service:
                second.start(program.name)
        eventually(lambda: is_through(second), within=WITHIN, every=1.0)
        assert second.rows("SELECT count(*) FROM escalation.consumer_position WHERE stopped IS NOT NULL") == [(0,)]
        assert (restoring.decisions(second), restoring.hazards(second)) == before[:2]
        assert restoring.mails(mailbox) == before[2]

        later = SystemClock().now() + SOON
        restoring.report(second, 31, 6, later.isoformat())
        eventually(lambda: len(restoring.hazards(second)) == 36, within=WITHIN, every=1.0)
        eventually(lambda: has_passed(second, restoring.CITY, later), within=WITHIN, every=1.0)
        eventually(lambda: is_through(second), within=WITHIN, every=1.0)
    finally:
        second.down()

    new = restoring.mails(mailbox) - before[2]
    assert new
    assert set(new.values()) == {1}
    assert len(restoring.mails(mailbox)) == len(before[2]) + len(new)
