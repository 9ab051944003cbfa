"""What a rule finds in a case: one rung, one subject, one instant, with its reason."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from contracts.decisions import PolicyVersion
from services.escalation.core.heard import Heard

TALK = "admonition_talk"
PUNITIVE = frozenset({"listed_supervision", TALK, "suspension", "penalty", "referral"})
"""Measures that punish: a rule only proposes them, a named person confirms or rejects."""


RESTRICTED = frozenset({"referral"})
"""Measures whose content is seen only by who may: what is passed to discipline or personnel organs (S0-22, S3-27)."""

Reason = str | Callable[[], str]
Context = Mapping[str, str] | Callable[[], Mapping[str, str]]


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one rule finds, given all that is known; `at` may lie in the future, then it is armed.

    `at`: the instant at which it falls due. `instant`: it falls due by an event, so it is decided as soon as that
    event is known; otherwise by the passing of time, and only ticks show that time has passed. `until`: when its cause
    ended. `lapses_at`: after it a reminder helps nobody, so it is only recorded as coalesced. `firm`: False while it rests on pending facts. `ladder`: findings of one ladder that are all past when
    they become known are coalesced into the highest. `occurrence` tells a second round of the same rung apart and
    never holds an instant, because late facts may move instants. `reason` and `context` may be functions: most findings
    are found again and again, and only a new record needs words. `since`: for lateness, the instant it counts from.
    """

    measure: str
    step: str = ""
    subject_kind: str
    subject_id: str
    occurrence: str = "0"
    at: datetime
    instant: bool
    until: datetime | None = None
    lapses_at: datetime | None = None
    firm: bool = True
    tenant: str
    level: str
    reason: Reason
    rests_on: tuple[Heard, ...]
    ladder: str = ""
    since: datetime | None = None
    acts_for: str | None = None
    clauses: tuple[str, ...] = ()
    context: Context = msgspec.field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """The status it is to have while its cause lasts."""
        if not self.firm:
            return "provisional"
        return "proposed" if self.measure in PUNITIVE else "raised"


class Found(NamedTuple):
    """A finding with the rule and the pack it stands under."""

    finding: Finding
    rule: str
    clauses: tuple[str, ...]
    policy: PolicyVersion
