"""Somebody on the street with something to tell, and the door they tell it at."""

import io
import re
from collections.abc import Callable
from html import unescape

from fastapi import FastAPI
from PIL import Image
from pydantic import SecretStr
from starlette.testclient import TestClient

from contracts import divisions
from runtime.clock import Clock, SystemClock
from runtime.database import Database
from runtime.metrics import RUNTIME_METRICS, Metrics
from runtime.vault import new_master_line
from services.intake.api import app
from services.intake.core.committees import Committees
from services.intake.handlers.registering import Doorkeeper
from services.intake.main import mapping_named, mapping_names
from services.intake.metrics import INTAKE_METRICS
from services.intake.settings import IntakeSettings
from tests.integration.intake_doors.scene import ROOTS
from tests.telephones import CARRIER

MASTERS = new_master_line("first")
STORY = "三车间夜班的电焊工在油罐旁动火，我是值班的赵无名"
TOLD = {
    "tenant": "331081",
    "category": "fire",
    "story": STORY,
    "place": "某某化工厂",
    "name": "赵无名",
    "phone": CARRIER,
}
HIDDEN = re.compile(f"赵无名|三车间|{CARRIER}")
"""What nobody but a handler with a reason may read."""

Told = Callable[..., str]


def settings(masters: str = MASTERS) -> IntakeSettings:
    return IntakeSettings(
        database_url=SecretStr("postgresql://unused"), master_keys=SecretStr(masters), client_address_header="x-sender"
    )


def api(database: Database, clock: Clock, masters: str = MASTERS) -> FastAPI:
    table, told = divisions.load(), settings(masters)
    return app.create(
        settings=told,
        database=database,
        clock=clock,
        metrics=Metrics([*RUNTIME_METRICS, *INTAKE_METRICS]),
        doorkeeper=Doorkeeper(divisions=table, committees=Committees(table, ROOTS), clock=SystemClock()),
        mapping_named=lambda name: mapping_named(told, name),
        mappings=lambda: mapping_names(told),
        divisions=table,
    )


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def only_id(client: TestClient, headers: dict[str, str]) -> str:
    listed = client.get("/tip-offs?state=all", headers=headers)
    assert 200 == listed.status_code, listed.text
    (identity,) = set(re.findall(r'href="/tip-offs/(T[0-9a-f]{16})"', listed.text))
    return str(identity)


def photograph() -> bytes:
    """A JPEG that says where, when and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8298], exif[0x9C9D] = "CanaryPhone", "Zhao Wuming", "canary"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 22.0, 1.0), 3: "E", 4: (121.0, 23.0, 1.0)})
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", exif=exif, comment=b"canary comment")
    return file.getvalue() + b"canary after the end"
