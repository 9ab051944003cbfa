"""A few hazards of two towns: overdue, failed again, closed, hostile, and one that another system calls the same."""

import msgspec

from contracts.facts import Fact
from contracts.topics import slot_of
from contracts.vocabulary import NoticeState, RuleId, Status
from runtime.streams import Record
from tests.integration.reporting_read_models.log import decided, records, tick, told
from tests.unit.services.reporting.facts import at, follow, reported

NOW = at("2023-06-01 12:00")
HOSTILE = "{{7*7}}<script>alert(1)</script>"
PROPOSAL = "建议挂牌督办。"


def sample() -> list[Record]:
    """The records of the sample, with a tick of one minute before `NOW`."""
    return [*records(_facts()), tick(at("2023-06-01 11:59"), slot_of("331081"))]


def _facts() -> list[Fact]:
    site = {"id": "S-2", "name": "<b>示范</b>塑料厂", "address": "示范路2号", "kind": "unit", "sector": "消防"}
    same = reported(at("2023-05-12 09:00"), event_id="other", source="/inspection/other", hazard_id="117")
    proposed = decided(
        "117", Status.PROPOSED, at("2023-06-01 08:00"), number=3, rule=RuleId.MAJOR_HAZARD, step="", reason=PROPOSAL
    )
    return [
        reported(hazard_id="H-1"),
        decided("H-1", Status.RAISED, at("2023-05-21 00:00"), number=1, since=at("2023-05-21 00:00")),
        told("overdue-first-H-1", NoticeState.DELIVERED, at("2023-05-21 00:02"), number=1),
        reported(at("2023-05-09 09:00"), event_id="r2", hazard_id="117", level="major", rectify_by="2023-05-15"),
        follow("rectified", at("2023-05-16 09:00"), event_id="d2", hazard_id="117", by="乙一"),
        follow("reinspected", at("2023-05-17 09:00"), event_id="f2", hazard_id="117", passed=False),
        decided("117", Status.RAISED, at("2023-05-17 09:00"), number=2, since=at("2023-05-16 00:00")),
        proposed,
        reported(at("2023-05-10 09:00"), event_id="r3", hazard_id="H-3", tenant="331081001"),
        follow("closed", at("2023-05-19 09:00"), event_id="c3", hazard_id="H-3", tenant="331081001"),
        reported(
            at("2023-05-30 09:00"),
            event_id="r4",
            hazard_id="<script>/4?",
            tenant="331081001",
            site=site,
            sector="消防",
            description=HOSTILE,
            rectify_by=None,
        ),
        msgspec.structs.replace(same, namespace="other"),
    ]
