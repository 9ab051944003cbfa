"""What notify's processes are told from outside, beside what every process is told."""

from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
import yaml
from pydantic import Field, SecretStr

from contracts.divisions import Divisions
from policies import files
from policies.tables import clauses
from runtime.settings import ProcessSettings
from services.notify.core.letters.organs import letter_rules_from
from services.notify.core.letters.wording import Desk, Quotation
from services.notify.core.places import Places
from services.notify.core.routes import Routes, routes_from

IMPLICIT_TLS_PORT: Final = 465


class InvalidSecrets(ValueError):
    """The signing secrets cannot be read."""


class NotifySettings(ProcessSettings):
    """Settings of both processes of notify."""

    routes_file: Path | None = Field(default=None, description="None: routes.yaml of the policies' folder")
    roster_file: Path | None = Field(default=None, description="a roster that every start of the worker takes over")
    smtp_host: str = Field(default="", description="empty: mail goes into files (see mail_folder)")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="465 speaks TLS from the start")
    smtp_from: str = "bihuan@localhost"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = Field(default=True, description="refuse a server that does not offer STARTTLS")
    smtp_ca_file: Path | None = Field(default=None, description="the server's certificate authority, PEM")
    smtp_timeout: float = Field(default=20.0, gt=0, le=300, description="seconds for each answer")
    mail_folder: Path | None = Field(default=None, description="without a server; None: outbox-mail in the data folder")
    webhook_allow: str = Field(default="", description="host:port or network/bits:port, separated by commas")
    webhook_allow_loopback: bool = Field(default=False, description="demonstrations and tests on one machine only")
    webhook_secrets: SecretStr = Field(default=SecretStr("{}"), description='JSON: {"host:port": "whsec_..."}')
    webhook_timeout: float = Field(default=20.0, gt=0, le=120, description="seconds for one attempt")
    robots: SecretStr = Field(
        default=SecretStr("{}"), description='JSON: {"dingtalk": {"<name>": {"token": "...", "secret": "SEC..."}}, ...}'
    )
    robot_timeout: float = Field(default=20.0, gt=0, le=120, description="seconds for one message to a robot or phone")
    dingtalk_url: str = Field(default="", description="empty: https://oapi.dingtalk.com")
    wecom_url: str = Field(default="", description="empty: https://qyapi.weixin.qq.com")
    feishu_url: str = Field(default="", description="empty: https://open.feishu.cn")
    sms_url: str = Field(default="", description="empty: https://dysmsapi.aliyuncs.com")
    sms_key_id: str = Field(default="", description="AccessKey ID of the account that may send; empty: no SMS")
    sms_key_secret: SecretStr = SecretStr("")
    sms_sign_name: str = Field(default="", description="the signature that the provider registered")
    sms_template: str = Field(default="", description="the template's code; its variables: measure, subject, count")
    letters_file: Path | None = Field(default=None, description="None: letters.yaml of the policies' folder")
    alarm_tenant: str = Field(
        default="330000",
        pattern=r"^[0-9]{6,12}$",
        description="division code whose operators are told what alarms of the platform itself say",
    )
    alerts_token: SecretStr = Field(
        default=SecretStr(""), description="what Alertmanager sends as its bearer token; empty: no alarm is let in"
    )
    notify_concurrency: int = Field(default=8, ge=1, le=64, description="messages under way at once, per channel")

    @property
    def smtp_tls(self) -> Literal["starttls", "implicit", "none"]:
        """How the connection to the mail server is encrypted."""
        if self.smtp_port == IMPLICIT_TLS_PORT:
            return "implicit"
        return "starttls" if self.smtp_starttls else "none"

    @property
    def folder_of_mail(self) -> Path:
        """Where messages lie when there is no mail server."""
        return self.mail_folder or self.data_dir / "outbox-mail"

    @property
    def own_endpoints(self) -> list[tuple[str, int]]:
        """Host and port of the database and of every broker."""
        database = urlsplit(self.database_url.get_secret_value())
        pairs = [(database.hostname or "localhost", database.port or 5432)]
        for broker in self.kafka_brokers.split(","):
            host, _, port = broker.strip().rpartition(":")
            pairs.append((host.strip("[]"), int(port)))
        return pairs


def read_routes(settings: NotifySettings) -> Routes:
    """The routes of the file that is set, else of the policies; raises `InvalidRoutes`, `OSError` or `yaml.YAMLError`."""
    return routes_from(yaml.safe_load(routes_path(settings).read_text(encoding="utf-8")))


def routes_path(settings: NotifySettings) -> Path:
    """Where the routes are read from."""
    return settings.routes_file or shipped_routes(settings.policies_dir)


def shipped_routes(policies: Path | None = None) -> Path:
    """The routes in a folder of policies, or those that ship with the product."""
    return files.beside("routes.yaml", policies)


def read_letter_desk(settings: NotifySettings, table: Divisions) -> Desk:
    """What writers of letters have before them; raises `InvalidLetterRules`, `OSError` or `yaml.YAMLError`."""
    path = settings.letters_file or files.beside("letters.yaml", settings.policies_dir)
    return Desk(
        rules=letter_rules_from(yaml.safe_load(path.read_text(encoding="utf-8")), table),
        places=Places(table),
        clauses={row.clause: Quotation(row.notice, row.quotation) for row in clauses().values()},
    )


def secrets_of(settings: NotifySettings) -> dict[str, str]:
    """Signing secrets by `host:port`; raises `InvalidSecrets` without showing one."""
    try:
        return msgspec.json.decode(settings.webhook_secrets.get_secret_value(), type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise InvalidSecrets(
            'BIHUAN_WEBHOOK_SECRETS is not a JSON object of texts such as {"hooks.example.cn:443": "whsec_..."}'
        ) from error
