"""A file of events is read in the order of what was known, however it is written, and each event once."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.event_file import EventFile, read_events
from tests.unit.services.escalation.stories import law_of, moment

LAW = law_of("wenling-2023")
START = moment("05-08 09:00")


def event(name: str, minutes: int = 0, *, offset: str = "+08:00", **data: Any) -> dict[str, Any]:
    """A hand-over that became known so many minutes after the start, written in some zone."""
    at = (START + timedelta(minutes=minutes)).astimezone(datetime.fromisoformat(f"2023-01-01T00:00:00{offset}").tzinfo)
    return {
        "specversion": "1.0",
        "id": name,
        "source": "/towns/1",
        "type": "hazard.handed_over.v1",
        "time": at.isoformat(),
        "tenant": "331081003",
        "data": {"hazard_id": "H-1", "to_unit": "应急管理所", **data},
    }


def written(folder: Path, *events: dict[str, Any] | str) -> Path:
    file = folder / "events.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in events]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.tuples(st.integers(-3, 3), st.sampled_from(["+08:00", "+00:00", "-05:30"])), max_size=30))
def test_the_order_is_that_of_what_was_known(minutes: list[tuple[int, str]], tmp_path: Path) -> None:
    """Whatever the order and the zones of the file; what became known together keeps the order of the file."""
    events = [event(f"E-{place}", after, offset=zone) for place, (after, zone) in enumerate(minutes)]

    facts, refused = read_events(written(tmp_path, *events), LAW)

    expected = sorted(range(len(events)), key=lambda place: minutes[place][0])
    assert ([fact.id for fact in facts], refused) == ([f"E-{place}" for place in expected], 0)
    assert [fact.known_at for fact in facts] == [START + timedelta(minutes=minutes[place][0]) for place in expected]


def test_an_event_counts_once_and_another_of_its_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first is kept, wherever the others lie; the same words in another order or zone are the same event."""
    first, turned = event("E-1", 5), event("E-1", 5, offset="+00:00")
    other = event("E-1", 5, to_unit="别的单位")
    file = written(tmp_path, event("E-0"), first, dict(reversed(turned.items())), other, "{}")

    facts, refused = read_events(file, LAW)

    assert [fact.id for fact in facts] == ["E-0", "E-1"]
    assert refused == 2
    complaints = capsys.readouterr().err.splitlines()
    assert [line.removeprefix(str(file)).split(": ")[:2] for line in complaints] == [
        [":4", "id_conflict"],
        [":5", "missing_attribute"],
    ]


def test_files_are_read_as_one(tmp_path: Path) -> None:
    """A second file goes on where the first one ended."""
    (tmp_path / "b").mkdir()
    later, earlier = written(tmp_path, event("E-1", 9)), written(tmp_path / "b", event("E-2", 1))

    with EventFile(LAW) as file:
        refused = file.read(later) + file.read(earlier)

        assert ([fact.id for fact in file], refused) == (["E-2", "E-1"], 0)
