"""A source falls silent: Prometheus sees it, Alertmanager tells notify and, beside it, a mailbox; both are heard.

The product's own rules and routes on real servers; only spans are shortened, addresses are this machine's, and the rule
about a silent source rings at any hour.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from deploy.local.ports import LOOPBACK
from runtime.testing import eventually
from tests import watchers
from tests.e2e.feed import STRUCTURED, document, event, send
from tests.e2e.receivers import Mailbox, words_of
from tests.machine import Machine
from tests.watchers import DEPLOY, Watcher

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200), watchers.installed]

SOURCE, TOPIC, TENANT = "/silent", "inspection.silent", "371082"
SILENT_AFTER = 15  # seconds, for the hour of the rule
AT_ANY_HOUR = re.compile(r"\s*and on \(\) \(.*$", re.DOTALL)
BESIDE, ON_DUTY = "operators@localhost", "duty@platform.example"
ROSTER = """
version: 1
seats:
  - {role: operator, unit: "330000", holder: 平台值班, addresses: {email: duty@platform.example}, since: "2020-01-01"}
"""
WITHIN = 240.0  # seconds


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
def token() -> str:
    return secrets.token_urlsafe(24)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox, token: str) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("alarm")
    told = {"BIHUAN_SMTP_HOST": LOOPBACK, "BIHUAN_SMTP_PORT": str(mailbox.port), "BIHUAN_SMTP_STARTTLS": "false"}
    started = Machine(folder / "local", BIHUAN_ALERTS_TOKEN=token, **told)
    try:
        started.up()
        started.run("sources", "register", "silent", "--tenant", TENANT, "--source", SOURCE)
        roster = folder / "roster.yaml"
        roster.write_text(ROSTER, encoding="utf-8")
        started.run("routes", "roster", str(roster))
        yield started
    finally:
        started.down()


@pytest.fixture(scope="module")
def alertmanager(
    machine: Machine, mailbox: Mailbox, token: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watcher]:
    """The product's routes, with this machine's addresses and short waits."""
    folder = tmp_path_factory.mktemp("alertmanager")
    told = yaml.safe_load((DEPLOY / "alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    told["global"]["smtp_smarthost"] = f"{LOOPBACK}:{mailbox.port}"
    told["route"] |= {"group_wait": "1s", "group_interval": "2s"}
    (hook,) = next(each for each in told["receivers"] if each["name"] == "notify")["webhook_configs"]
    hook["url"] = machine.address("notify") + "/v1/alerts"
    (folder / "token").write_text(token, encoding="ascii")
    hook["http_config"]["authorization"]["credentials_file"] = str(folder / "token")
    with watchers.alertmanager(folder, told) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def prometheus(machine: Machine, alertmanager: Watcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    """The product's rules and targets; what is silent for seconds counts as silent, at any hour."""
    folder = tmp_path_factory.mktemp("prometheus")
    rules = yaml.safe_load((DEPLOY / "prometheus/rules/bihuan.yml").read_text(encoding="utf-8"))
    silent = next(rule for group in rules["groups"] for rule in group["rules"] if rule["alert"] == "SourceSilent")
    assert "> 3600" in silent["expr"]
    assert AT_ANY_HOUR.search(silent["expr"])
    silent["expr"] = AT_ANY_HOUR.sub("", silent["expr"]).replace("> 3600", f"> {SILENT_AFTER}")
    silent["for"] = "1s"
    told = watchers.targets(machine)
    told["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    told["rule_files"] = [str(watchers.written(folder / "rules.yml", rules))]
    told["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]}
    with watchers.prometheus(folder, told) as watcher:
        yield watcher


def test_a_silent_source_is_heard_both_ways(machine: Machine, mailbox: Mailbox, prometheus: Watcher) -> None:
    """The mail beside notify, notify's own, its trail; and both once more when the source is back."""
    speak(machine, 1)

    beside = eventually(lambda: heard(mailbox, BESIDE, "FIRING SourceSilent"), within=WITHIN, every=1.0)
    on_duty = eventually(lambda: heard(mailbox, ON_DUTY, "上游 silent"), within=WITHIN, every=1.0)
    notices = eventually(lambda: delivered(machine), within=WITHIN, every=1.0)
    (kept,) = machine.rows(
        "SELECT status, convert_from(record, 'UTF8')::json->>'reason' FROM notify.decision_record WHERE convert_from(record, 'UTF8') LIKE '%platform_alarm%'"
    )
    print(f"\nbeside notify: {beside[0]}\nby notify: {on_duty[0]}\nits trail: {notices} of {kept}")  # noqa: T201 (quoted)
    assert notices == [("email", "delivered", 1)]
    assert kept[0] == "raised"
    assert "silent" in kept[1]

    until = keep_speaking(machine)
    eventually(lambda: until() and heard(mailbox, BESIDE, "RESOLVED SourceSilent"), within=WITHIN, every=1.0)
    eventually(lambda: until() and heard(mailbox, ON_DUTY, "已恢复"), within=WITHIN, every=1.0)


def test_an_alarm_is_heard_while_notify_is_down(machine: Machine, mailbox: Mailbox, prometheus: Watcher) -> None:
    """The second way does not lead through the house that may be on fire."""
    mailbox.mails.clear()
    for name in ("notify-api", "notify-worker"):
        machine.stop(name)
    try:
        speak(machine, 2)
        beside = eventually(lambda: heard(mailbox, BESIDE, "FIRING SourceSilent"), within=WITHIN, every=1.0)
    finally:
        for name in ("notify-api", "notify-worker"):
            machine.start(name)

    assert beside
    assert heard(mailbox, ON_DUTY, "") == []
    eventually(lambda: heard(mailbox, ON_DUTY, "上游 silent"), within=WITHIN, every=1.0)


def speak(machine: Machine, number: int) -> None:
    """One event of the source."""
    site = {"id": "S-1", "name": "示范厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
    told = event("site.registered", id=f"silent/{number}", source=SOURCE, tenant=TENANT, data={"site": site})
    send(machine.settings, TOPIC, [(document(told), STRUCTURED)])


def keep_speaking(machine: Machine) -> Callable[[], bool]:
    """Each call is one more event: a source that is back."""
    numbers = iter(range(1000, 10_000))

    def once() -> bool:
        speak(machine, next(numbers))
        return True

    return once


def heard(mailbox: Mailbox, address: str, word: str) -> list[str]:
    """The subjects of the mails to an address that speak of a word, there or in their text."""
    found = [(str(mail["subject"]), mail) for to, mail in mailbox.mails if to == address]
    return [subject for subject, mail in found if word in subject + words_of(mail)]


def delivered(machine: Machine) -> list[tuple[Any, ...]]:
    return machine.rows(
        "SELECT channel, state, attempt FROM notify.notice WHERE rule = 'platform_alarm' AND state = 'delivered'"
    )
