"""Build what undercover visits in 嘉兴 find, what sites and listings say, and let it run under any pack."""

from typing import Any

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.simulation import simulate
from tests.unit.services.escalation.stories import fact, law_of, moment

JIAXING = ("jiaxing-2020",)
PINGHU = "330482"


def found(when: str, hazard_id: str = "J-1", *, known: str | None = None, tenant: str = PINGHU, **data: Any) -> Fact:
    """A general hazard that an undercover team finds in 平湖; None leaves a word out."""
    words = {
        "hazard_id": hazard_id,
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": {"id": "S-1", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"},
        "sector": "工贸",
        "found_by": "undercover",
        "rectify_by": "2020-04-14",
    } | data
    given = {key: word for key, word in words.items() if word is not None}
    return fact("hazard.reported", when, known=known, tenant=tenant, id_=f"found/{hazard_id}/{when}", **given)


def about(
    kind: str, when: str, hazard_id: str = "J-1", *, known: str | None = None, tenant: str = PINGHU, **data: Any
) -> Fact:
    """A later fact about a hazard: `about("closed", ...)`."""
    return fact(
        f"hazard.{kind}",
        when,
        known=known,
        tenant=tenant,
        id_=f"{kind}/{hazard_id}/{when}/{known or ''}",
        hazard_id=hazard_id,
        **data,
    )


def handed(when: str, hazard_id: str = "J-1", **words: Any) -> Fact:
    return about("handed_over", when, hazard_id, to_unit="某街道", **words)


def reported_up(when: str, hazard_id: str = "J-1", **words: Any) -> Fact:
    return about("escalated_up", when, hazard_id, to_unit="市安委办", **words)


def rectified(when: str, hazard_id: str = "J-1", **words: Any) -> Fact:
    return about("rectified", when, hazard_id, by="示范机械厂", **words)


def closed(when: str, hazard_id: str = "J-1", **words: Any) -> Fact:
    return about("closed", when, hazard_id, **words)


def inspected(
    when: str, inspection_id: str = "", *, known: str | None = None, tenant: str = PINGHU, **data: Any
) -> Fact:
    """An undercover visit of a site by the fourth team, whose area 平湖 is; None leaves a word out."""
    words = {
        "inspection_id": inspection_id or f"I/{when}",
        "kind": "undercover",
        "site_id": "S-1",
        "found": 0,
        "team_id": "team-4",
        "unannounced": True,
    } | data
    given = {key: word for key, word in words.items() if word is not None}
    return fact(
        "inspection.completed", when, known=known, tenant=tenant, id_=f"{words['inspection_id']}@{when}", **given
    )


def correcting(one: Fact, corrects: Fact) -> Fact:
    """The fact as a correction of another."""
    return msgspec.structs.replace(one, id=f"{one.id}/correction", correction=corrects.id)


def voiding(corrects: Fact, when: str) -> Fact:
    """What takes a fact back."""
    empty = fact(corrects.type.removesuffix(".v1"), when, tenant=corrects.tenant, id_=f"void/{corrects.id}")
    return msgspec.structs.replace(empty, correction=corrects.id)


def decide(*facts: Fact, until: str, packs: tuple[str, ...] = JIAXING) -> list[Decision]:
    """What the facts lead to, each known when it was recorded."""
    ordered = sorted(facts, key=lambda one: one.known_at)
    return list(simulate(law_of(*packs), ordered, None, moment(until)))


def told(records: list[Decision], *rules: str) -> list[str]:
    """Records of these rules in short: `same_day_report J-1 raised 03-27 00:00`, a step after the rule."""
    return [
        " ".join(
            part
            for part in (
                one.rule,
                one.step,
                one.subject.id,
                one.status,
                f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M}",
            )
            if part
        )
        for one in records
        if one.rule in rules
    ]
