"""An office brings the ledger of its older system along: everything is counted and shown, nobody is told."""

import csv
import re
from pathlib import Path

import pytest

from deploy.local.places import CLONE
from runtime.testing import eventually
from tests.e2e.feed import is_through
from tests.e2e.receivers import Hook, Mailbox
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

LEDGER = CLONE / "policies" / "demonstration" / "ledger.csv"
TENANT, SOURCE = "331081003", "old-ledger"
ROWS, REFUSED = 60, 9
CHINESE = re.compile("[\u4e00-\u9fff]")
SPACES = re.compile(r"<[^>]*>|\s+")
WITHIN = 240.0  # seconds


def imported(machine: Machine, *more: str) -> str:
    """What the command says about the ledger."""
    done = machine.run(
        "import", str(LEDGER), "--mapping", "demonstration-ledger", "--tenant", TENANT, "--source", SOURCE, *more
    )
    return done.splitlines()[0]


def test_a_ledger_is_imported_once_however_often_it_comes(
    machine: Machine, mailbox: Mailbox, hook: Hook, tmp_path: Path
) -> None:
    """The second time adds nothing; refused rows say why; nobody is told; a failed re-inspection reads as one."""
    refused = tmp_path / "refused.csv"

    first = imported(machine, "--refused", str(refused))
    second = imported(machine)

    assert first == f"{ROWS} 行：{REFUSED} 行退回；事件新增 104，更正 0，撤销 0，未变 0（历史导入，不通知任何人）"
    assert second == f"{ROWS} 行：{REFUSED} 行退回；事件新增 0，更正 0，撤销 0，未变 104（历史导入，不通知任何人）"
    with refused.open(encoding="utf-8-sig", newline="") as table:
        reasons = [row[-1] for row in csv.reader(table)][1:]
    assert len(reasons) == REFUSED
    assert all(CHINESE.search(reason) for reason in reasons)

    eventually(lambda: is_through(machine), within=WITHIN, every=0.5)
    check_that_nobody_was_told(machine, mailbox, hook)
    counted = machine.rows("SELECT count(*) FROM reporting.hazard WHERE namespace = %s", SOURCE)
    assert counted == [(ROWS - REFUSED - 1,)]  # one row is a second line of a hazard that is there
    check_the_page(machine)


def check_that_nobody_was_told(machine: Machine, mailbox: Mailbox, hook: Hook) -> None:
    """There are decisions, each is marked as history, and no notice of one ever left."""
    decisions = machine.rows("SELECT count(*) FROM escalation.decision WHERE namespace = %s", SOURCE)
    told = machine.rows(
        "SELECT DISTINCT state FROM notify.notice JOIN escalation.decision USING (committee, decision_id)"
        " WHERE namespace = %s",
        SOURCE,
    )
    assert decisions[0][0] > ROWS
    assert told == [("suppressed",)]
    assert mailbox.about("ZG-") == []
    assert [call for call in hook.calls if call["subject"]["id"].startswith("ZG-")] == []


def check_the_page(machine: Machine) -> None:
    """Row 29: rectified, and found not to be at the re-inspection."""
    name = f"331081:{SOURCE}:ZG-29"
    told = machine.get("reporting", f"/v1/hazards/{name}").json
    page = SPACES.sub("", machine.get("reporting", f"/hazards/{name}").text)

    assert (told["hazard"]["state"], told["hazard"]["state_name"]) == ("failed", "复查不合格，重新整改")
    assert (told["hazard"]["overdue"], told["hazard"]["historic"]) == (True, True)
    for said in ("复查不合格，重新整改", "2026-04-1500:00复查认定未整改到位", "整改完成须重新整改", "历史台账导入"):
        assert said in page
    story = page[page.index("按发生时间") :]
    assert story.index("隐患上报") < story.index("整改完成") < story.index("复查不合格")
