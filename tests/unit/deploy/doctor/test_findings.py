"""What is well, doubtful and wrong, on both sides of every limit."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.doctor import findings
from deploy.doctor.findings import Reader, SeenTopic

NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
GIB = 1 << 30


def levels(found: object) -> list[str]:
    return [one.level for one in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("version", "level"), [(149_999, "fault"), (150_000, "doubt"), (170_000, "well"), (180_006, "well")]
)
def test_an_old_server(version: int, level: str) -> None:
    """The schemas need PostgreSQL 15; 17 ends the transaction of a process that froze."""
    assert findings.server(version).level == level


@pytest.mark.parametrize(
    ("apart", "tick", "held", "expected"),
    [
        pytest.param(1.9, 10, "", ["well", "well"], id="in order"),
        pytest.param(2.1, 10, "", ["doubt", "well"], id="two seconds apart"),
        pytest.param(-301, 10, "", ["fault", "well"], id="five minutes apart, either way"),
        pytest.param(0, 120, "", ["well", "well"], id="a tick two minutes old"),
        pytest.param(0, 121, "", ["well", "fault"], id="an older one"),
        pytest.param(0, None, "", ["well", "doubt"], id="no tick yet"),
        pytest.param(0, 10, "clocks differ", ["well", "fault"], id="held"),
    ],
)
def test_time(apart: float, tick: int | None, held: str, expected: list[str]) -> None:
    """Clocks that drift, and a log whose time stands still."""
    last = None if tick is None else NOW - timedelta(seconds=tick)

    assert levels(findings.clock(NOW, NOW + timedelta(seconds=apart), last, held)) == expected


@pytest.mark.parametrize(("free", "level"), [(20, "well"), (19, "doubt"), (5, "doubt"), (4, "fault"), (0, "fault")])
def test_a_disk_that_fills(free: int, level: str) -> None:
    """Shares of a hundred GiB."""
    assert findings.disk("/data", free * GIB, 100 * GIB).level == level


@pytest.mark.parametrize(
    ("stands", "level", "mend"),
    [
        (("0003", "0003"), "well", ""),
        ((None, "0003"), "fault", "bihuan migrate"),
        (("0002", "0003"), "fault", "bihuan migrate"),
        (("0004", "0003"), "fault", "换回与数据库相配的版本，不要降级表结构"),
    ],
)
def test_a_database_behind_or_ahead(stands: tuple[str | None, str | None], level: str, mend: str) -> None:
    """Behind is migrated, ahead is never taken back."""
    (found,) = findings.migrations({"intake": stands})

    assert (found.level, found.mend) == (level, mend)


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (None, "fault"),
        (SeenTopic(slots=63, replicas=3, in_sync=3), "fault"),
        (SeenTopic(slots=64, replicas=3, in_sync=1), "fault"),
        (SeenTopic(slots=64, replicas=3, in_sync=2), "doubt"),
        (SeenTopic(slots=64, replicas=3, in_sync=3), "well"),
        (SeenTopic(slots=64, replicas=1, in_sync=1), "well"),
    ],
)
def test_a_topic(seen: SeenTopic | None, level: str) -> None:
    """Missing, of another size, and with fewer replicas than writing needs."""
    (found,) = findings.topics({"hazard.facts": 64}, {} if seen is None else {"hazard.facts": seen}, 2)

    assert found.level == level


@pytest.mark.parametrize(
    ("reader", "level"),
    [
        (Reader(service="notify", lag=10_000, slots=64), "well"),
        (Reader(service="notify", lag=10_001, slots=64), "doubt"),
        (Reader(service="notify", lag=0, slots=0), "doubt"),
        (
            Reader(service="notify", lag=0, slots=64, stopped=["escalation.facts[3] fuse", "escalation.facts[4] fuse"]),
            "fault",
        ),
    ],
)
def test_a_reader(reader: Reader, level: str) -> None:
    """Far behind, not begun, stopped."""
    (found,) = findings.readers([reader])

    assert found.level == level


def test_a_stopped_slot_is_named() -> None:
    """With its reason, and how many there are."""
    (found,) = findings.readers([Reader(service="notify", lag=5, slots=2, stopped=["a[3] fuse", "a[4] fuse"])])

    assert found.said == "分区停止：a[3] fuse等 2 个"


@pytest.mark.parametrize(
    ("years", "level"), [([2026, 2027], "well"), ([2025, 2026], "doubt"), ([2025], "fault"), ([], "fault")]
)
def test_a_calendar_that_ends(years: list[int], level: str) -> None:
    """In November the next year's days are due."""
    assert findings.calendar(years, NOW).level == level


@pytest.mark.parametrize(("days", "level"), [(22, "well"), (20, "doubt"), (0, "fault"), (-3, "fault")])
def test_a_certificate_that_ends(days: int, level: str) -> None:
    """Three weeks are enough for an application."""
    assert findings.certificate("Kafka", NOW + timedelta(days=days), NOW).level == level


@pytest.mark.parametrize(("hours", "level"), [(1, "well"), (26, "well"), (27, "doubt"), (73, "fault"), (None, "fault")])
def test_a_backup_that_was_not_taken(hours: int | None, level: str) -> None:
    """One a day, and two hours for it; none at all is worse than an old one."""
    assert findings.backup(None if hours is None else NOW - timedelta(hours=hours), NOW).level == level


def test_what_waits() -> None:
    """An outbox may have some, dead letters want a person at once; a service without any is not named."""
    assert levels(findings.outbox({"intake": 1_000, "notify": 1_001})) == ["well", "doubt"]
    assert [one.subject for one in findings.dead_letters({"intake": 1, "notify": 0})] == ["intake 的死信"]


@pytest.mark.parametrize(("apart", "said"), [(0.25, "0.2 秒"), (90, "2 分钟"), (7_300, "2 小时"), (200_000, "2 天")])
def test_a_length_is_said_in_one_unit(apart: float, said: str) -> None:
    """The largest that fits."""
    (found, _) = findings.clock(NOW, NOW + timedelta(seconds=apart), NOW, "")

    assert found.said == f"本机与数据库相差 {said}"
