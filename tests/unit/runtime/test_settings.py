"""Settings come from the environment, secrets also from files, and no secret shows itself."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.settings import ProcessSettings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("BIHUAN_"):
            monkeypatch.delenv(name)


def test_the_environment_is_read_and_defaults_are_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything listens on loopback unless told otherwise."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("BIHUAN_HTTP_PORT", "8001")
    monkeypatch.setenv("BIHUAN_LOG_LEVEL", "")
    settings = ProcessSettings()

    assert (settings.http_host, settings.http_port, settings.log_level) == ("127.0.0.1", 8001, "INFO")
    assert settings.database_url.get_secret_value() == "postgresql://u:p@h/d"


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`BIHUAN_<NAME>_FILE` wins over the variable; the last line break is not part of the secret."""
    (tmp_path / "url").write_text("postgresql://u:from-file@h/d\n", encoding="utf-8")
    (tmp_path / "password").write_text("口令 with spaces \r\n", encoding="utf-8")
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://u:from-variable@h/d")
    monkeypatch.setenv("BIHUAN_DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("BIHUAN_KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    settings = ProcessSettings()

    assert settings.database_url.get_secret_value() == "postgresql://u:from-file@h/d"
    assert settings.kafka_sasl_password.get_secret_value() == "口令 with spaces "


def test_secrets_do_not_show_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs the settings logs no password."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://u:hidden@h/d")
    monkeypatch.setenv("BIHUAN_KAFKA_SASL_PASSWORD", "hidden")

    assert "hidden" not in repr(ProcessSettings())
    assert "hidden" not in ProcessSettings().model_dump_json()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which one, so that the operator can mend it."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://h/d")
    monkeypatch.setenv("BIHUAN_KAFKA_SECURITY_PROTOCOL", "TLS")
    with pytest.raises(ValidationError, match="kafka_security_protocol"):
        ProcessSettings()


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        pytest.param(
            {"database_url": "postgresql://bihuan:bihuan@db.example/x"}, "BIHUAN_DATABASE_URL", id="a database"
        ),
        pytest.param(
            {"database_url": "postgresql://bihuan:Change%2Dme@db/x"}, "BIHUAN_DATABASE_URL", id="written oddly"
        ),
        pytest.param({"kafka_sasl_password": "changeme"}, "BIHUAN_KAFKA_SASL_PASSWORD", id="a broker"),
        pytest.param({"master_keys": "secret\n"}, "BIHUAN_MASTER_KEYS", id="a key"),
        pytest.param({"database_url": "postgresql://bihuan:bihuan@127.0.0.1:35432/x"}, "", id="this very machine"),
        pytest.param({"database_url": "postgresql://bihuan:7fKq2mR9@db.example/x"}, "", id="one of their own"),
    ],
)
def test_a_secret_out_of_an_example_is_refused(told: dict[str, str], refused: str) -> None:
    """The setting is named with the mend, the secret is not told."""
    said = {"database_url": "postgresql://127.0.0.1/x", **told}
    if not refused:
        ProcessSettings.model_validate(said)
        return
    with pytest.raises(ValidationError, match=f"{refused} is a secret out of an example") as found:
        ProcessSettings.model_validate(said)

    assert "hange" not in str(found.value)
    assert "make_secrets" in str(found.value)


@pytest.mark.parametrize("told", ["*", "0.0.0.0/0", "10.0.0.5, ::/0", "proxy.example.cn"])
def test_not_everybody_is_a_proxy(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """Else anybody could say where they come from: past the networks of a key, and past the public's pace."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("BIHUAN_TRUSTED_PROXIES", told)

    with pytest.raises(ValidationError, match="name"):
        ProcessSettings()


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the howto writes them."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("BIHUAN_TRUSTED_PROXIES", "10.0.0.5,10.0.1.0/24")

    assert ProcessSettings().trusted_proxies == "10.0.0.5,10.0.1.0/24"
