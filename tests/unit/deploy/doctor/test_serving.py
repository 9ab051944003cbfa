"""Findings become gauges: zero where all is well, and a fault is said once."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from deploy.doctor import findings, serving
from deploy.doctor.findings import Finding
from deploy.doctor.looking import DoctorSettings, Looked
from deploy.doctor.metrics import CHECKS, DOCTOR_METRICS, INSTANTS
from runtime.clock import SystemClock
from runtime.metrics import Metrics

FAULT = Looked("disk", Finding("fault", "磁盘", "/a 剩余 0 GiB", "腾出空间"))
DOUBT = Looked("disk", Finding("doubt", "磁盘", "/b 剩余 9 GiB", "扩容"))


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(DOCTOR_METRICS)


@pytest.fixture
def doctor(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> serving.Doctor:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://bihuan:x@127.0.0.1:1/bihuan")
    return serving.Doctor(DoctorSettings(), metrics, SystemClock())


def test_what_is_found_is_counted_and_what_is_gone_is_zero(doctor: serving.Doctor, metrics: Metrics) -> None:
    """By what was looked at and by level."""
    doctor.show([FAULT, DOUBT, DOUBT])
    found = (
        metrics.value("doctor_findings", check="disk", level="fault"),
        metrics.value("doctor_findings", check="disk", level="doubt"),
    )
    doctor.show([])

    assert found == (1, 2)
    assert {metrics.value("doctor_findings", check=check, level="fault") for check in CHECKS} == {0}


def test_a_fault_is_said_when_it_is_new(doctor: serving.Doctor) -> None:
    """Not every minute; once more after it was gone."""
    with capture_logs() as said:
        for looked in ([FAULT], [FAULT], [], [FAULT]):
            doctor.show(looked)

    assert [line["mend"] for line in said] == ["腾出空间", "腾出空间"]


def test_what_hangs_on_an_instant_tells_it(doctor: serving.Doctor, metrics: Metrics) -> None:
    """Zero before the first look; what cannot be looked at says what it said before."""
    taken = datetime(2026, 5, 4, tzinfo=UTC)
    before = {name: metrics.value(name) for name in INSTANTS.values()}
    doctor.show(
        [Looked("backup", findings.backup(taken, taken)), Looked("audit", Finding("doubt", "审计", "没有核对成"))]
    )
    doctor.show([Looked("calendar", findings.calendar({2026}, taken)), Looked("backup", findings.backup(None, taken))])

    assert set(before.values()) == {0}
    assert metrics.value("backup_last_success_timestamp_seconds") == taken.timestamp()
    assert metrics.value("audit_chain_last_verified_timestamp_seconds") == 0
    assert (
        metrics.value("calendar_days_loaded_until_timestamp_seconds")
        == datetime(2026, 12, 31, 16, tzinfo=UTC).timestamp()
    )
