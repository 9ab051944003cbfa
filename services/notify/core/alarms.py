"""Put an alarm of our own platform into the form of a decision, so that it travels the way of every notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.vocabulary import Level, Measure, Status, SubjectKind
from services.notify.core.notice import ID_LENGTH
from services.notify.core.rules import PlatformRule

PLATFORM: Final = PolicyVersion(id="platform", version="1")
_UNNAMED: Final = "平台"


class Alarm(Decision, frozen=True, kw_only=True, omit_defaults=True):
    """A decision that no policy took: firing is raised, resolved is cleared."""

    rule: PlatformRule  # type: ignore[assignment]  # the one word in which it differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as Alertmanager tells it; `fingerprint` names its labels, `ends_at` is set once it is resolved."""

    fingerprint: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None


_decision: Final = msgspec.json.Decoder(Decision).decode
_alarm: Final = msgspec.json.Decoder(Alarm).decode
_MARKS: Final = tuple(f'"rule":"{rule}"'.encode() for rule in PlatformRule)


def alarm_of(alert: Alert, *, tenant: str, level: Level) -> Alarm:
    """The decision an alert stands for. Whatever is told again of it is the same one: fingerprint and start say which.

    Its words follow from the alert alone, so that a repetition is the same record.
    """
    name = alert.labels.get("alertname", _UNNAMED)
    occurrence = f"{alert.fingerprint}/{alert.starts_at.isoformat()}"
    summary = alert.annotations.get("summary", name)
    resolved = alert.ends_at is not None
    return Alarm(
        decision_id=sha256(f"alarm\x1f{occurrence}".encode()).hexdigest()[:ID_LENGTH],
        at=alert.starts_at,
        known_at=alert.ends_at or alert.starts_at,
        tenant=tenant,
        level=level,
        rule=PlatformRule.PLATFORM_ALARM,
        step=alert.labels.get("severity", ""),
        measure=Measure.ALERT,
        status=Status.CLEARED if resolved else Status.RAISED,
        subject=Subject(kind=SubjectKind.UNIT, id=alert.labels.get("service") or alert.labels.get("instance") or name),
        clauses=(),
        policy=PLATFORM,
        reason=f"{summary}，已恢复。" if resolved else summary,
        facts=(),
        late_recorded=False,
        occurrence=occurrence,
        committee=tenant,
        context={"title": name, "description": alert.annotations.get("description", ""), **_runbook(alert)},
    )


def record_of(document: bytes) -> Decision:
    """A kept record: a decision, or an alarm in the form of one."""
    return _alarm(document) if any(mark in document for mark in _MARKS) else _decision(document)


def _runbook(alert: Alert) -> dict[str, str]:
    found = alert.annotations.get("runbook_url") or alert.annotations.get("runbook", "")
    return {"runbook": found} if found else {}
