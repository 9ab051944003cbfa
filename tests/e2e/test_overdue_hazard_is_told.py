"""A county's feed reports two hazards: one is put right in time, the other is not, and those in charge are told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from runtime.clock import SystemClock
from runtime.testing import eventually
from tests.e2e.feed import STRUCTURED, document, event, has_passed, is_through, send
from tests.e2e.receivers import Hook, Mailbox, words_of
from tests.machine import Machine

pytestmark = pytest.mark.timeout(900)

COUNTY, CITY = "371082", "371000"
LATE, TIMELY = "RC-2026-001", "RC-2026-002"
DEADLINE = timedelta(seconds=6)  # after the report
WITHIN = 240.0  # seconds; ten are needed on idle cores
REPORTED_UP = ("instant_report", "raised")
SPACES = re.compile(r"<[^>]*>|\s+")


def tell(machine: Machine, *told: tuple[str, str, dict[str, object]]) -> None:
    """Write events to the county's topic."""
    events = [
        event(
            kind,
            id=f"{hazard_id}/{kind}",
            source="/rongcheng/safety",
            tenant=COUNTY,
            data={"hazard_id": hazard_id} | data,
        )
        for kind, hazard_id, data in told
    ]
    send(machine.settings, "inspection.rongcheng", [(document(one), STRUCTURED) for one in events])


def report(rectify_by: str) -> dict[str, object]:
    return {
        "level": "major",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": {
            "id": "RC-S-1",
            "name": "荣成示范水产冷藏厂",
            "address": "示范路1号",
            "kind": "unit",
            "sector": "工贸",
            "supervising_unit": "市应急管理局",
        },
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": rectify_by,
    }


def page_of(machine: Machine, hazard_id: str) -> str:
    """The page of a hazard as a person reads it: without tags and blanks."""
    answer = machine.get("reporting", f"/hazards/{hazard_id}")
    assert answer.status == 200
    return SPACES.sub("", answer.text)


def decided(machine: Machine, hazard_id: str) -> list[tuple[str, str]]:
    """(rule, status) of each decision about a hazard; a major one is reported upwards at once in this city."""
    answer = machine.get("escalation", f"/v1/decisions?subject={hazard_id}")
    return sorted((record["rule"], record["status"]) for record in answer.json["items"])


def called(hook: Hook, hazard_id: str) -> list[dict[str, Any]]:
    """What the duty room's program was told of an overdue hazard."""
    return [call for call in hook.about(hazard_id) if call["rule"] == "overdue"]


def in_charge(machine: Machine) -> tuple[int, int, float]:
    """What the county's summary counts as overdue, and what the gauge shows."""
    total = machine.get("reporting", f"/v1/summary?tenant={COUNTY}").json["total"]
    return total["overdue"], total["open"], machine.metric("reporting", "bihuan_overdue_cases", county=COUNTY)


def test_who_is_in_charge_is_told_of_the_one_that_is_overdue_and_of_its_end(
    machine: Machine, mailbox: Mailbox, hook: Hook
) -> None:
    """One decision, one mail, one webhook, one row, a page in Chinese; after the rectification one word of the end."""
    counted = machine.metric("escalation", "bihuan_escalation_decisions_total", rule="overdue", status="raised")
    deadline = SystemClock().now() + DEADLINE
    words = report(deadline.isoformat())
    tell(
        machine,
        ("hazard.reported", LATE, words),
        ("hazard.reported", TIMELY, words),
        ("hazard.rectified", TIMELY, {"by": "荣成示范水产冷藏厂"}),
    )

    eventually(lambda: has_passed(machine, CITY, deadline) and is_through(machine), within=WITHIN, every=0.5)

    assert [REPORTED_UP, ("overdue", "raised")] == decided(machine, LATE)
    assert [REPORTED_UP] == decided(machine, TIMELY)
    ((address, mail),) = mailbox.about(LATE)
    assert address == "office@rongcheng.example"
    assert "逾期未整改" in mail["subject"]
    assert "疏散通道被货物堵塞" in words_of(mail)
    (call,) = called(hook, LATE)
    assert (call["rule"], call["status"], call["tenant"]) == ("overdue", "raised", COUNTY)
    assert hook.refused == 0
    assert machine.metric("escalation", "bihuan_escalation_decisions_total", rule="overdue", status="raised") > counted
    raised = {"level": call["level"], "rule": "overdue"}
    eventually(lambda: machine.metric("reporting", "bihuan_escalations_total", **raised) > 0, within=WITHIN)
    eventually(lambda: in_charge(machine) == (1, 2, 1.0), within=WITHIN)
    page = page_of(machine, LATE)
    for said in ("重大隐患", "隐患上报", "逾期未整改", "疏散通道被货物堵塞", "荣成市", "期满仍未整改"):
        assert said in page

    tell(machine, ("hazard.rectified", LATE, {"by": "荣成示范水产冷藏厂"}))

    eventually(lambda: ("overdue", "cleared") in decided(machine, LATE), within=WITHIN)
    eventually(lambda: is_through(machine), within=WITHIN, every=0.5)
    first, last = (told for _, told in mailbox.about(LATE))
    assert "解除" in last["subject"]
    assert last["in-reply-to"] == first["message-id"]
    assert [("raised", None), ("cleared", call["notice_id"])] == [
        (each["status"], each["follows"]) for each in called(hook, LATE)
    ]
    assert [] == [*mailbox.about(TIMELY), *called(hook, TIMELY)]
    eventually(lambda: in_charge(machine) == (0, 2, 0.0), within=WITHIN)
    assert "解除" in page_of(machine, LATE)
