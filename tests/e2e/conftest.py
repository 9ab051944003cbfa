"""One machine for all stories: each has a county and sources of its own, so that none disturbs another."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.receivers import SECRET, Hook, Mailbox
from tests.machine import Machine

ROSTER = """
version: 1
seats:
  - {{role: office, unit: "371082", holder: 荣成市安委办, addresses: {{email: office@rongcheng.example}}, since: "2020-01-01"}}
  - {{role: duty, unit: "371000", holder: 威海市值班室, addresses: {{webhook: "http://127.0.0.1:{port}/hooks"}}, since: "2020-01-01"}}
"""
SOURCES = (
    ("rongcheng", "371082", ("/rongcheng/safety",)),
    ("jiaxing", "330402", ("/jiaxing/safety",)),
    (
        "doors",
        "331102",
        tuple(f"/doors/{door}" for door in ("same", "binary", "structured", "bare", "one", "batch", "file", "posted")),
    ),
    ("my-system", "331081", ("/my/system",)),
    ("leaks", "331121", ("/leaks/safety",)),
    ("demonstration", "331081", ("/demonstration/wenling",)),  # else intake's worker would begin again in its story
)


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """The customer's mail server."""
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    """The customer's receiver of webhooks."""
    with Hook() as opened:
        yield opened


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox, hook: Hook) -> Iterator[Machine]:
    """The whole product with its packs in force, the sources of all stories, and the customer's mail and webhooks."""
    folder = tmp_path_factory.mktemp("e2e")
    started = Machine(
        folder / "local",
        BIHUAN_SMTP_HOST="127.0.0.1",
        BIHUAN_SMTP_PORT=str(mailbox.port),
        BIHUAN_SMTP_STARTTLS="false",
        BIHUAN_WEBHOOK_ALLOW=f"127.0.0.1:{hook.port}",
        BIHUAN_WEBHOOK_ALLOW_LOOPBACK="true",
        BIHUAN_WEBHOOK_SECRETS=json.dumps({f"127.0.0.1:{hook.port}": SECRET}),
        BIHUAN_GRACE_SECONDS="3",
        BIHUAN_LOG_LEVEL="DEBUG",  # whatever any story says must leave no trace: test_what_stays_inside.py
        BIHUAN_GAUGE_SECONDS="1",
    )
    try:
        started.up()
        for slug, tenant, attributes in SOURCES:
            words = [word for attribute in attributes for word in ("--source", attribute)]
            started.run("sources", "register", slug, "--tenant", tenant, *words)
        started.run("policy", "activate", "--all")
        started.run("routes", "roster", str(_written(folder / "roster.yaml", ROSTER.format(port=hook.port))))
        yield started
    finally:
        started.down()


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file
