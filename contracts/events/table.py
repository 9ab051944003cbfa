"""Name every type of event once, with its model, its Chinese title and what it says."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

import msgspec

from contracts.audit import ANCHOR_TYPE, AuditAnchored
from contracts.decisions import DECISION_TYPE, Decision
from contracts.events import accidents, duties, hazards, people, sites, supervision
from contracts.fields import Data
from contracts.letters import LETTER_TYPE, Letter
from contracts.notices import NOTICE_TYPE, Notice

TICK_TYPE: Final = "clock.ticked.v1"
RECOUNTED_TYPE: Final = "term.recounted.v1"


class Sender(Enum):
    """Who may say it."""

    UPSTREAM = "upstream"
    PEOPLE = "people"
    OURSELVES = "ourselves"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One type of event: its name, the model of its data, who may send it, its Chinese title and its sentence."""

    name: str
    model: type[Data] | type[msgspec.Struct]
    sender: Sender
    chinese: str
    sentence: str


def _rows(sender: Sender, models: dict[str, type[Data]]) -> Iterable[tuple[str, EventType]]:
    for name, model in models.items():
        chinese, _, sentence = str(model.__doc__).partition(": ")
        yield (
            name,
            EventType(
                name=name,
                model=model,
                sender=sender,
                chinese=chinese,
                sentence=sentence[0].upper() + sentence[1:],
            ),
        )


EVENT_TYPES: Final[dict[str, EventType]] = dict(
    (
        *_rows(
            Sender.UPSTREAM,
            {
                "site.registered.v1": sites.SiteRegistered,
                "inspection.planned.v1": sites.InspectionPlanned,
                "inspection.completed.v1": sites.InspectionCompleted,
                "hazard.reported.v1": hazards.HazardReported,
                "hazard.handed_over.v1": hazards.HazardHandedOver,
                "hazard.escalated_up.v1": hazards.HazardEscalatedUp,
                "hazard.plan_filed.v1": hazards.HazardPlanFiled,
                "hazard.extension_decided.v1": hazards.HazardExtensionDecided,
                "hazard.clock_suspended.v1": hazards.HazardClockSuspended,
                "hazard.clock_resumed.v1": hazards.HazardClockResumed,
                "hazard.rectified.v1": hazards.HazardRectified,
                "hazard.reinspected.v1": hazards.HazardReinspected,
                "hazard.closed.v1": hazards.HazardClosed,
                "hazard.regraded.v1": hazards.HazardRegraded,
                "hazard.returned.v1": hazards.HazardReturned,
                "hazard.reassigned.v1": hazards.HazardReassigned,
                "hazard.withdrawn.v1": hazards.HazardWithdrawn,
                "hazard.rectification_refused.v1": hazards.HazardRectificationRefused,
                "enforcement.recorded.v1": supervision.EnforcementRecorded,
                "accident.reported.v1": accidents.AccidentReported,
                "tip_off.received.v1": accidents.TipOffReceived,
                "tip_off.verified.v1": accidents.TipOffVerified,
                "obligation.fulfilled.v1": duties.ObligationFulfilled,
                "listing.opened.v1": supervision.ListingOpened,
                "listing.extended.v1": supervision.ListingExtended,
                "listing.lifted.v1": supervision.ListingLifted,
                "talk.held.v1": supervision.TalkHeld,
                "service.given.v1": sites.ServiceGiven,
                "matter.reported.v1": accidents.MatterReported,
                "milestone.dated.v1": duties.MilestoneDated,
                "site.transferred.v1": sites.SiteTransferred,
                "target.progressed.v1": duties.TargetProgressed,
            },
        ),
        *_rows(
            Sender.PEOPLE,
            {
                "proposal.decided.v1": people.ProposalDecided,
                "policy.activated.v1": people.PolicyActivated,
                "policy.migrated.v1": people.PolicyMigrated,
                "calendar.changed.v1": people.CalendarChanged,
                "reply.missed.v1": people.ReplyMissed,
                "league.published.v1": people.LeaguePublished,
            },
        ),
        *_rows(Sender.OURSELVES, {TICK_TYPE: people.ClockTicked, RECOUNTED_TYPE: people.TermRecounted}),
        (
            DECISION_TYPE,
            EventType(
                name=DECISION_TYPE,
                model=Decision,
                sender=Sender.OURSELVES,
                chinese="决定",
                sentence="What the escalation service decided: one record per state.",
            ),
        ),
        (
            NOTICE_TYPE,
            EventType(
                name=NOTICE_TYPE,
                model=Notice,
                sender=Sender.OURSELVES,
                chinese="通知",
                sentence="What became of a notice to one recipient over one channel.",
            ),
        ),
        (
            ANCHOR_TYPE,
            EventType(
                name=ANCHOR_TYPE,
                model=AuditAnchored,
                sender=Sender.OURSELVES,
                chinese="审计锚点",
                sentence="Where every chain of the audit stood, kept where no hand in the database reaches.",
            ),
        ),
        (
            LETTER_TYPE,
            EventType(
                name=LETTER_TYPE,
                model=Letter,
                sender=Sender.OURSELVES,
                chinese="公文",
                sentence="What an official letter is since it was signed: one record per change.",
            ),
        ),
    ),
)


def model_of(name: str) -> type[Data]:
    """Return the model that judges the data of this type; a KeyError for a type that no door takes."""
    model = EVENT_TYPES[name].model
    if not issubclass(model, Data):
        raise KeyError(name)
    return model


@cache
def types_from(*senders: Sender) -> tuple[str, ...]:
    """Return the names of the types that these senders may send, in the order of the table."""
    return tuple(name for name, row in EVENT_TYPES.items() if row.sender in senders)
