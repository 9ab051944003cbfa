"""What every process is told from outside: environment variables `BIHUAN_*`, secrets also as `BIHUAN_<NAME>_FILE`."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "BIHUAN_"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `BIHUAN_<NAME>_FILE` for any field: the value is the file's text without its last line break."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 (its contract)
        """(text of the file or None, key, False: nothing here is JSON)."""
        name = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if name is None:
            return None, field_name, False
        return Path(name).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every field that some file gives."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


EXAMPLES = frozenset(
    {"admin", "bihuan", "changeme", "change-me", "example", "password", "postgres", "secret", "123456"}
)
"""What stands in examples and is tried first by whoever comes uninvited."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProcessSettings(BaseSettings):
    """Settings that every process of ours has; each service adds its own in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(description="postgresql://user:password@host:port/database")
    kafka_brokers: str = Field(default="127.0.0.1:39092", description="host:port, several separated by commas")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    kafka_ca_file: Path | None = Field(default=None, description="the broker's certificate authority, PEM")
    audit_anchor_file: Path | None = Field(
        default=None,
        description="the file, best on another disk, to which reporting's worker adds the audit's heads every hour and "
        "with which `bihuan audit verify` and the doctor compare; None: none",
    )
    master_keys: SecretStr = Field(
        default=SecretStr(""),
        description="what protected persons are sealed under, one id:base64 a line, the present one first",
    )
    oidc_issuer: str = Field(default="", description="the customer's identity provider; empty: local accounts alone")
    oidc_client_id: str = "bihuan"
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="empty: a public client, by PKCE alone")
    oidc_scopes: str = "openid profile"
    oidc_label: str = Field(default="单位统一账号", description="what people call it, on the page to sign in")
    oidc_ca_file: Path | None = Field(default=None, description="the provider's certificate authority, PEM")
    oidc_groups_file: Path | None = Field(default=None, description="which group holds which role for which tenant")
    oidc_groups_claim: str = "groups"
    oidc_name_claim: str = "preferred_username"
    oidc_leeway_seconds: int = Field(default=60, ge=0, le=600, description="how far clocks may differ")
    http_host: str = "127.0.0.1"
    cookie_secure: bool = Field(default=True, description="browsers come by HTTPS; false on a machine without it only")
    http_port: int = Field(default=0, ge=0, le=65535, description="0: one the system gives")
    intake_address: str = Field(default="http://127.0.0.1:8001", description="where browsers reach intake")
    escalation_address: str = Field(default="http://127.0.0.1:8002", description="where browsers reach escalation")
    notify_address: str = Field(default="http://127.0.0.1:8003", description="where browsers reach notify")
    reporting_address: str = Field(default="http://127.0.0.1:8004", description="where browsers reach reporting")
    trusted_proxies: str = Field(
        default="",
        description="networks of the proxies before us, with commas: from them the sender's address is believed",
    )
    instance: str = Field(default="", description="static member of the consumer group, such as escalation-1")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    data_dir: Path = Path(".local/data")
    policies_dir: Path | None = Field(default=None, description="None: the packs that ship with the product")
    clock_file: Path | None = Field(default=None, description="tests and demonstrations only: see runtime.clock")

    @field_validator("trusted_proxies")
    @classmethod
    def _names_networks(cls, told: str) -> str:
        """Whoever may say for others where they come from is named: a key's networks and the public's pace go by it."""
        for word in filter(None, map(str.strip, told.split(","))):
            try:
                network = ip_network(word)
            except ValueError:
                raise ValueError(f"{word!r} is no address and no network: name those of the proxies") from None
            if network.prefixlen == 0:
                raise ValueError(f"{word} is everybody: anybody could say where they come from; name the proxies")
        return told

    @model_validator(mode="after")
    def _refuses_examples(self) -> Self:
        """Refuse a secret out of an example; a database on this very machine may have what it likes."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if not isinstance(value, SecretStr):
                continue
            word = value.get_secret_value()
            parts = urlsplit(word) if "://" in word else None
            if parts is not None:
                word = "" if parts.hostname in LOOPBACK else unquote(parts.password or "")
            if word.strip().lower() in EXAMPLES:
                raise ValueError(
                    f"{PREFIX}{name.upper()} is a secret out of an example: make one of your own"
                    " (python3 deploy/container/make_secrets.py)"
                )
        return self

    @property
    def addresses(self) -> dict[str, str]:
        """The base address of each service for browsers, without a slash at its end.

        Behind a proxy that spreads paths over the services, all four are its address.
        """
        told = {
            "intake": self.intake_address,
            "escalation": self.escalation_address,
            "notify": self.notify_address,
            "reporting": self.reporting_address,
        }
        return {service: address.rstrip("/") for service, address in told.items()}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (its contract)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (its contract)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first (tests), then secret files, then the environment; no .env file is ever read."""
        return init_settings, SecretFiles(settings_cls), env_settings
