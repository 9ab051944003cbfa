"""`bihuan policy explain` and `diff`: from a file, from the input, and what they say of what is not there."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from bihuan import main
from policies import files
from tests.unit.services.escalation.broken_packs import CITY, PACKS
from tests.unit.services.escalation.stories import report, run

FOUND = report("05-08 09:00", id_="evt-1")
RECORDS = [one for one in run(FOUND, until="05-22") if one.rule == "overdue"]
LINE = msgspec.json.encode(RECORDS[0]).decode()
EVENT = msgspec.json.encode(
    {
        "specversion": "1.0",
        "id": FOUND.id,
        "source": FOUND.source,
        "type": FOUND.type,
        "time": FOUND.time,
        "tenant": FOUND.tenant,
        "data": msgspec.json.decode(FOUND.data),
    }
)


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody told where a database is."""
    for name in ("BIHUAN_DATABASE_URL", "BIHUAN_DATABASE_URL_FILE", "BIHUAN_POLICIES_DIR"):
        monkeypatch.delenv(name, raising=False)


def said(*arguments: str, typed: str | None = None) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(main.build(["policy"]), ["policy", *arguments], input=typed)
    return ended.exit_code, ended.output.splitlines()


def test_a_record_of_a_file_is_explained(tmp_path: Path) -> None:
    """With the events it rests on, where they are given."""
    record, events = tmp_path / "record.json", tmp_path / "events.jsonl"
    record.write_text(LINE, encoding="utf-8")
    events.write_bytes(EVENT)

    code, lines = said("explain", str(record), "--events", str(events))

    assert code == 0
    assert lines[0].startswith("决定：对示范机械厂的隐患H-1，按“逾期未整改”规则“首次”这一级，于2023年5月20日24时")
    assert "事实：共1项：2023年5月8日9时00分隐患上报（evt-1）。" in lines
    assert lines[-1] == "状态：该决定已发出。"


def test_records_of_the_input_are_explained_one_by_one() -> None:
    """Records of one decision belong together, wherever they stand; a blank line parts decisions."""
    other = msgspec.json.encode(msgspec.structs.replace(RECORDS[0], decision_id="other")).decode()
    cleared = msgspec.json.encode(msgspec.structs.replace(RECORDS[0], status="cleared")).decode()

    code, lines = said("explain", "-", typed=f"{LINE}\n{other}\n\n{cleared}\n")

    assert code == 0
    assert lines.count("") == 1
    assert lines[lines.index("") - 1] == "状态：引起该决定的情形已经结束，该决定已解除。"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("{}", "no decision record: ", id="another document"),
        pytest.param(f"{LINE}\nnothing\n", "line 2: no decision record: ", id="a line that is none"),
    ],
)
def test_what_is_no_record_is_said_so(typed: str, expected: str) -> None:
    """With the line, where there are several."""
    code, lines = said("explain", "-", typed=typed)

    assert code == 1
    assert lines[0].startswith(expected)


def test_an_id_needs_a_database() -> None:
    """Neither a file nor a decision that anybody could look up."""
    assert said("explain", "0123abcd") == (1, ["0123abcd: no such file, and no database to look for such an id"])


def test_a_pack_of_a_file_is_read_too(tmp_path: Path) -> None:
    """A decision of a simulation under a pack that is not installed."""
    record = tmp_path / "record.json"
    policy = {"id": "nowhere-2024", "version": "1"}
    record.write_text(
        msgspec.json.encode(msgspec.to_builtins(RECORDS[0]) | {"policy": policy}).decode(), encoding="utf-8"
    )
    city = ("--policy", str(PACKS / CITY), "--tenants", str(PACKS / "divisions.csv"))

    assert said("explain", str(record), *city)[1][2].startswith("依据：《虚构市安全生产工作要点》")


def test_versions_are_compared_in_words(tmp_path: Path) -> None:
    """Ids and files alike."""
    newer = tmp_path / "newer.yaml"
    shipped = (files.folder() / "wenling-2023.yaml").read_text(encoding="utf-8")
    newer.write_text(shipped.replace("step: T+7, day: 7", "step: T+7, day: 6"), encoding="utf-8")

    assert said("diff", "wenling-2023", str(newer)) == (
        0,
        ["331081 台州市温岭市及所辖：", "　规则“逾期未整改”的级次“T+7”的天数由7改为6。"],
    )
    assert said("diff", "wenling-2023", "wenling-2023") == (0, ["两个版本没有差别。"])


def test_a_pack_that_is_not_there_is_wrong_usage() -> None:
    """With the names of those that are."""
    code, lines = said("diff", "wenling-2023", "wenling-2099")

    assert code == 2
    assert any("wenling-2099" in line for line in lines)
