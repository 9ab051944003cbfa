"""Say what was decided, on what facts and under which rule, in one record per state (interface section 2)."""

from typing import Any

import msgspec

from contracts.facts import Instant
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind

DECISION_TYPE = "decision.recorded.v1"


class Subject(msgspec.Struct, frozen=True):
    """What a decision is about: hazards and accidents by id, areas by division code, obligations by unit and period."""

    kind: SubjectKind
    id: str


class PolicyVersion(msgspec.Struct, frozen=True):
    """The pack under which a decision was taken."""

    id: str
    version: str


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of one decision.

    `at` is the instant at which it falls due under the rule, not when it was computed; `known_at` when its facts were
    known (for a deadline the deadline itself). `level` is to act, as `acts_for` where that is another unit than
    `tenant`. `since` is the instant from which lateness counts. `committee` is the root tenant, `occurrence` tells the
    second time from the first, `historic` tells nobody, and `context` holds the subject's words for letters and pages.
    """

    decision_id: str
    at: Instant
    known_at: Instant
    tenant: str
    level: Level
    rule: RuleId
    step: str
    measure: Measure
    status: Status
    subject: Subject
    clauses: tuple[str, ...]
    policy: PolicyVersion
    reason: str
    facts: tuple[str, ...]
    late_recorded: bool
    occurrence: str
    committee: str
    since: Instant | None = None
    acts_for: str | None = None
    historic: bool = False
    context: dict[str, Any] = {}
