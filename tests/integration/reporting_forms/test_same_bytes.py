"""The command line and the API print the same bytes: every form of the register as a workbook, one in every format."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bihuan import main
from contracts.divisions import load
from contracts.roles import Role
from runtime.database import Database
from runtime.testing import ManualClock
from services.reporting.core.forms.kinds import KINDS
from services.reporting.handlers.reports import FORMATS
from services.reporting.main import api_app
from services.reporting.settings import ReportingSettings
from tests.integration.reporting_forms.conftest import Feed
from tests.integration.reporting_forms.test_every_form import DAY, UNTIL, decided_late, scene
from tests.people import as_role, sign_in
from tests.unit.services.reporting.facts import at

AS_OF = at("2020-04-11 09:00").isoformat()


def test_the_command_line_and_the_api_give_the_same_bytes(
    feed: Feed, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the one is the owner's and the other an official's of the city, whose rows are guarded."""
    feed([*scene(), decided_late()], UNTIL)
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    settings = ReportingSettings.model_validate({"database_url": database_url})
    served = Database(as_role(database_url, "reporting", "api"), schema="reporting", application_name="test")
    differing = []
    with TestClient(api_app(settings, served, load(), ManualClock(at("2020-07-01 12:00")))) as client:
        client.headers.update(sign_in(database_url, Role.CITY, "330400"))
        for kind, form in (*((kind, "xlsx") for kind in KINDS), *(("daily", form) for form in FORMATS)):
            told = {"tenant": "330400", "date": DAY.isoformat(), "as_of": AS_OF, "baseline": AS_OF, "format": form}
            answer = client.get(f"/v1/reports/{kind}", params=told)
            if (answer.status_code, answer.content) != (200, typed(kind, form, tmp_path)):
                differing.append((kind, form, answer.status_code))
    served.close()

    assert differing == []


def typed(kind: str, form: str, folder: Path) -> bytes:
    """What `bihuan report` writes."""
    target = folder / f"{kind}.{form}"
    asked = ["--tenant", "330400", "--date", DAY.isoformat(), "--as-of", AS_OF, "--baseline", AS_OF]
    ended = CliRunner().invoke(main.build(["report"]), ["report", kind, *asked, "--out", str(target)])
    assert ended.exit_code == 0, ended.output
    return target.read_bytes()
