"""What notify is told from outside, and the files that ship with it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from services.notify.core.roster import roster_from
from services.notify.settings import InvalidSecrets, NotifySettings, read_routes, routes_path, secrets_of

POLICIES = Path(__file__).parents[4] / "policies"


def settings(**changes: Any) -> NotifySettings:
    told: dict[str, Any] = {"database_url": SecretStr("postgresql://bihuan:word@db.example.cn:5433/bihuan")}
    return NotifySettings(**(told | changes))


def test_the_routes_that_ship_can_be_used() -> None:
    """Every role a route names is listed, and a retraction is told everywhere."""
    assert set(read_routes(settings()).roles) == {"office", "duty", "leader", "operator"}


def test_the_roster_that_ships_is_for_every_office_of_the_demonstration() -> None:
    """Each of the 17 towns and the zone has an office, and every address leads nowhere."""
    seats = roster_from(yaml.safe_load((POLICIES / "rosters" / "demonstration.yaml").read_text(encoding="utf-8")))

    towns = {
        seat.unit for seat in seats if seat.role == "office" and seat.unit.startswith("331081") and len(seat.unit) == 9
    }
    assert len(towns) == 17
    assert all(address.endswith(".example") for seat in seats for address in seat.addresses.values())


def test_routes_may_lie_elsewhere(tmp_path: Path) -> None:
    """In a folder of policies, or in a file of their own."""
    (tmp_path / "routes.yaml").touch()

    assert routes_path(settings(policies_dir=tmp_path)) == tmp_path / "routes.yaml"
    assert routes_path(settings(policies_dir=tmp_path, routes_file=tmp_path / "r.yaml")) == tmp_path / "r.yaml"


def test_our_own_servers_are_known_by_host_and_port() -> None:
    """A webhook must not reach them."""
    told = settings(kafka_brokers="k1.example.cn:9092, [fd00::1]:9093")

    assert told.own_endpoints == [("db.example.cn", 5433), ("k1.example.cn", 9092), ("fd00::1", 9093)]


@pytest.mark.parametrize(
    ("changes", "tls"),
    [({}, "starttls"), ({"smtp_starttls": False}, "none"), ({"smtp_port": 465}, "implicit")],
)
def test_mail_is_encrypted_unless_told_otherwise(changes: dict[str, Any], tls: str) -> None:
    """Port 465 speaks TLS from the start."""
    assert settings(**changes).smtp_tls == tls


def test_without_a_server_mail_lies_in_the_data_folder(tmp_path: Path) -> None:
    """Unless another folder is named."""
    assert settings(data_dir=tmp_path).folder_of_mail == tmp_path / "outbox-mail"
    assert settings(mail_folder=tmp_path / "here").folder_of_mail == tmp_path / "here"


def test_signing_secrets_are_read_by_place() -> None:
    """From one JSON object, which may come from a file."""
    assert secrets_of(settings(webhook_secrets=SecretStr('{"h:1": "whsec_eA=="}'))) == {"h:1": "whsec_eA=="}


@pytest.mark.parametrize("word", ["whsec_top-secret", '["whsec_top-secret"]', '{"h:1": ["whsec_top-secret"]}'])
def test_secrets_that_cannot_be_read_are_not_shown(word: str) -> None:
    """The message says what is wanted and repeats nothing."""
    with pytest.raises(InvalidSecrets) as refused:
        secrets_of(settings(webhook_secrets=SecretStr(word)))

    assert "top-secret" not in str(refused.value)
