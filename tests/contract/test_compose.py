"""What the compose file promises about every container, held where a careless edit would lose it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bihuan import VERSION
from deploy import isolation
from deploy.container import make_secrets

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OURS = [f"{name}-{role}" for name in ("intake", "escalation", "notify", "reporting") for role in ("api", "worker")]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_more_than_it_needs(name: str) -> None:
    """No capability, no new privilege, nothing to write but its volumes, a bound on memory, logs that end."""
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["mem_limit"]
    assert service["restart"] in {"unless-stopped", "on-failure"}
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert service["image"].startswith("${BIHUAN_IMAGE:-") or service["user"].partition(":")[0] not in {"", "0", "root"}


def test_our_image_runs_as_nobody_special() -> None:
    """The user stands in the image, so that no start forgets it."""
    assert "\nUSER 10001:10001\n" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_environment(name: str) -> None:
    """Passwords are files; an environment is shown by `docker inspect`."""
    told = SERVICES[name].get("environment", {})
    secret = {key: value for key, value in told.items() if "PASSWORD" in key or key.endswith("DATABASE_URL_FILE")}

    assert all(str(value).startswith("/run/secrets/") for value in secret.values())


@pytest.mark.parametrize("name", OURS)
def test_a_process_enters_the_database_as_itself(name: str) -> None:
    """Its address is a secret of its own."""
    mounted = [one for one in SERVICES[name]["secrets"] if "database" in str(one)]
    own = {"source": f"database_{name.replace('-', '_')}", "target": "database_url"}

    assert mounted == [own]


def test_every_secret_is_made() -> None:
    """By the one command that the page names."""
    made = {
        *make_secrets.PASSWORDS,
        "database_url",
        "master_keys",
        *(f"database_{login}" for login in make_secrets.LOGINS),
    }

    assert set(FILE["secrets"]) == made
    assert {f"bihuan_{login}" for login in make_secrets.LOGINS} == set(isolation.roles())


def test_every_process_is_there_and_is_asked_whether_it_is_ready() -> None:
    """Two for each service, by the image's own health check."""
    assert set(OURS) <= set(SERVICES)
    assert [name for name in OURS if "healthcheck" in SERVICES[name]] == []


def test_what_stays_is_asked_whether_it_is_well() -> None:
    """Ours by the image, the mail catcher by its own; what ends, and what only takes backups, is asked nothing."""
    asked = {name for name, one in SERVICES.items() if "test" in one.get("healthcheck", {})}
    not_asked = {name for name, one in SERVICES.items() if one.get("healthcheck") == {"disable": True}}

    assert asked == set(SERVICES) - set(OURS) - {"doctor", "mail"} - not_asked
    assert not_asked == {"prepare", "backup", "demo"}


def test_no_start_waits_for_anything_but_what_was_prepared() -> None:
    """On a busy machine a health check may be late, and Compose then gives the whole start up."""
    waits = {str(one["depends_on"]) for one in SERVICES.values() if "depends_on" in one}

    assert waits == {str({"prepare": {"condition": "service_completed_successfully"}})}


def test_servers_cannot_be_reached_from_outside() -> None:
    """They publish no port, and their network leads nowhere; people reach the APIs on the address that is chosen."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert FILE["networks"]["data"] == {"internal": True}
    assert FILE["networks"]["watch"] == {"internal": True}
    assert [name for name in published if name.startswith(("kafka", "postgres"))] == []
    assert all(port.startswith("${BIHUAN_BIND:-127.0.0.1}:") for ports in published.values() for port in ports)


def test_only_notify_and_the_watcher_have_a_way_out() -> None:
    """Mail and robots; nothing else calls anybody."""
    assert {name for name, service in SERVICES.items() if "out" in service["networks"]} == {
        "notify-worker",
        "alertmanager",
        "mail",
    }


def test_the_example_names_every_profile() -> None:
    """Whoever copies it gets the whole system."""
    profiles = {profile for service in SERVICES.values() for profile in service["profiles"]}
    (line,) = [line for line in EXAMPLE.splitlines() if line.startswith("COMPOSE_PROFILES=")]

    assert set(line.partition("=")[2].split(",")) == profiles


@pytest.mark.parametrize(
    "file",
    [
        "docker-compose.yml",
        ".env.example",
        "tests/containers/stand-ins.env",
        *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "deploy/kubernetes").glob("[1-9]*.yaml")),
    ],
)
def test_every_tag_of_our_image_is_this_release(file: str) -> None:
    """A release that forgets one file would start the one before."""
    tags = re.findall(r"\bbihuan:([0-9][\w.-]*)", (ROOT / file).read_text(encoding="utf-8"))

    assert set(tags) == {VERSION}


def test_the_label_of_the_image_is_this_release() -> None:
    """What `docker inspect` shows to who wonders what runs."""
    assert f"\nARG VERSION={VERSION}\n" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
