"""Look the installation over every minute and serve what is found as metrics: `python -m deploy.doctor.serving`.

Prometheus makes alarms of it: a certificate that ends, a disk that fills, a calendar without next year, a backup that was
not taken. Every hour it recomputes the chains of the audit. A fault is also one line of the log, once until it is gone.
"""

import sys
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from deploy.doctor import auditing
from deploy.doctor.findings import Level
from deploy.doctor.looking import DoctorSettings, Looked, look
from deploy.doctor.metrics import CHECKS, DOCTOR_METRICS, INSTANTS
from runtime import log, process, starting, web
from runtime.clock import SystemClock
from runtime.metrics import RUNTIME_METRICS, Metrics

EVERY = 60.0  # seconds
AUDIT_EVERY = 3600.0  # seconds: it reads every entry
LEVELS: tuple[Level, ...] = ("doubt", "fault")


class Doctor:
    """Looks, counts, and says what is new."""

    def __init__(self, settings: DoctorSettings, metrics: Metrics, clock: SystemClock) -> None:
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._known: set[str] = set()
        self._audit: Looked | None = None
        self._audit_due = 0.0
        self._log = log.get(__name__)

    def look_once(self) -> None:
        """Look at everything and put the findings into the metrics."""
        if self._clock.monotonic() >= self._audit_due:
            self._audit = Looked("audit", auditing.look(self._settings, self._clock.now()))
            self._audit_due = self._clock.monotonic() + AUDIT_EVERY
        self.show([*look(self._settings, self._clock.now()), *filter(None, [self._audit])])
        self._metrics.set("doctor_looked_timestamp_seconds", self._clock.now().timestamp())

    def show(self, looked: Iterable[Looked]) -> None:
        """Count by check and level; zero is shown too, and a fault is said when it is new."""
        found = [(one.check, one.finding) for one in looked]
        count = Counter((check, finding.level) for check, finding in found)
        for check in CHECKS:
            for level in LEVELS:
                self._metrics.set("doctor_findings", count[check, level], check=check, level=level)
        for check, finding in found:
            if check in INSTANTS and finding.at is not None:  # what could not be looked at says what it said before
                self._metrics.set(INSTANTS[check], finding.at.timestamp())
        faults = {finding.subject: finding for _, finding in found if finding.level == "fault"}
        for subject in faults.keys() - self._known:
            fault = faults[subject]
            self._log.error("fault", subject=subject, said=fault.said, mend=fault.mend)
        self._known = set(faults)

    def keep_looking(self, ended: threading.Event) -> None:
        """Until told to end; what the look itself breaks on ends the process."""
        while not ended.is_set():
            self.look_once()
            ended.wait(EVERY)


def main() -> int:
    """Serve /metrics and /healthz until SIGTERM."""
    settings = starting.told(DoctorSettings)
    log.configure("doctor", settings.log_level)
    metrics = Metrics((*RUNTIME_METRICS, *DOCTOR_METRICS))
    ended = threading.Event()
    doctor = Doctor(settings, metrics, SystemClock(settings.clock_file))
    watching = threading.Thread(target=doctor.keep_looking, args=(ended,), daemon=True, name="doctor")
    app = web.create_app(title="doctor", metrics=metrics, checks={"looking": lambda: _alive(watching)})
    watching.start()
    with suppress(KeyboardInterrupt):
        process.run_api(app, settings)
    ended.set()
    return 0


def _alive(thread: threading.Thread) -> None:
    if not thread.is_alive():
        raise RuntimeError("the doctor does not look any more")


if __name__ == "__main__":
    sys.exit(main())
