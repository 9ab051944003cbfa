"""Attacks that once succeeded, and do not any more: what was tried, what it did, and what stands in its way now."""

import os
import pwd

import pytest

from bihuan import intake
from contracts.roles import Role
from runtime.database import Database
from runtime.errors import Rejected
from tests.integration.access.conftest import World
from tests.integration.access.things import HOME


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("notify", "/letters/x%00"),
        ("notify", "/notices/x%00y"),
        ("reporting", "/hazards?q=%00"),
        ("reporting", "/v1/hazards/x%00"),
    ],
)
def test_a_nul_in_an_address_is_a_400_and_no_defect(world: World, service: str, path: str) -> None:
    """It travelled into a query: 500, a defect in the log, and an alarm at night for whoever liked to send it."""
    assert world.ask(service, "GET", path, Role.COUNTY).status_code == 400


@pytest.mark.parametrize("text", ["x\x00y", "\ud800"])
def test_a_text_that_no_column_can_hold_is_refused_wherever_it_slips_in(world: World, text: str) -> None:
    """The last net behind the doors: what PostgreSQL cannot keep is the sender's fault, not a defect of ours."""
    database = Database(world.url, schema="access", application_name="test")
    try:
        with pytest.raises(Rejected), database.begin() as work:
            work.connection.execute("SELECT %s::text", (text,))
    finally:
        database.close()


def test_a_name_in_the_environment_is_nobody_in_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LOGNAME=director bihuan people grant ...` stood in the audit as the director's act."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "director")

    assert intake.who() == pwd.getpwuid(os.getuid()).pw_name != "director"


def test_a_text_of_aliases_or_brackets_ends_no_process(world: World) -> None:
    """A policy to be tried: fifty thousand brackets ended the process, fifteen lines of aliases kept it busy for ever."""
    bombs = [
        "[" * 50_000,
        "a: &a [x, *a]",
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30)),
    ]
    answers = [
        world.ask("escalation", "POST", "/v1/policies/wenling-2023/what-if", Role.COUNTY, json={"text": bomb})
        for bomb in bombs
    ]

    assert [answer.status_code for answer in answers] == [400] * 3


@pytest.mark.parametrize(
    "path", ["/letters", "/letters/own-letter", "/notices", "/notices/own-notice", "/roster", "/silences"]
)
def test_a_page_says_no_sentence_of_a_strangers(world: World, path: str) -> None:
    """A link to our own page could say anything in our name: call this number, send the list there."""
    told = world.ask("notify", "GET", f"{path}?done=请立即拨打某号码", Role.COUNTY)
    ours = world.ask("notify", "GET", f"{path}?done=已作废", Role.COUNTY)

    assert (told.status_code, "请立即拨打" in told.text) == (400, False)
    assert (ours.status_code, "已作废" in ours.text) == (200, True)


def test_a_nul_in_a_form_is_a_400_and_no_defect(world: World) -> None:
    """Pages take forms, which no guard of JSON reads: the text went as far as the database, and came back as a 500."""
    form = {
        "reason": "x\x00y",
        "tenant": HOME,
        "starts": "2023-05-09T09:00",
        "ends": "2099-05-10T09:00",
        "until": "2099-05-10",
    }
    answers = [
        world.ask("notify", "POST", "/letters/own-letter/receipt", Role.COUNTY, data={"by": "x\x00y", "note": "x\x00"}),
        world.ask("notify", "POST", "/silences", Role.COUNTY, data=form),
        world.ask(
            "notify", "POST", "/letters/own-letter/reply", Role.COUNTY, data={"reply": "x\x00y", "text": "x\x00y"}
        ),
    ]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
