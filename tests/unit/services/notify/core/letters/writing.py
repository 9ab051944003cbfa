"""A writer's desk and decisions that ask for letters, each with one thing to change."""

from datetime import date, datetime
from typing import Any

from contracts.decisions import Decision, Subject
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind
from services.notify.core.letters.drafting import heard
from services.notify.core.letters.letter import Letter
from services.notify.core.letters.organs import letter_rules_from
from services.notify.core.letters.signing import signed
from services.notify.core.letters.wording import Desk, Quotation
from tests.unit.services.notify.given import DIVISIONS, NOW, PLACES, decision

RULES: dict[str, Any] = {
    "version": 1,
    "reply_within_days": {"notice_letter": 10, "supervision_letter": 7, "meeting_invitation": 3, "talk_notice": 3},
    "discipline": "市纪委市监委机关、市委组织部",
    "organs": {"331081": {"name": "温岭市安全生产委员会办公室", "mark": "温岭安委办"}},
}
CLAUSES = {
    "S2-22": Quotation("2023年温岭市安全生产工作要点", "隐患逾期未整改的，市安委办、各专委办开展“联合督办”"),
    "S3-18": Quotation("威安办发〔2021〕41号", "要在事故发生15日内，召开事故警示现场会"),
}
DESK = Desk(rules=letter_rules_from(RULES, DIVISIONS), places=PLACES, clauses=CLAUSES)
TODAY = date(2023, 5, 21)  # of NOW in Shanghai


def supervision(**changes: Any) -> Decision:
    """The rung at which the county sends a 督办函 to the town about an overdue hazard."""
    told: dict[str, Any] = {
        "decision_id": "d-7",
        "level": Level.COUNTY,
        "step": "T+7",
        "measure": Measure.SUPERVISION_LETTER,
        "context": {
            "description": "疏散通道被货物堵塞",
            "site_name": "甲一机械有限公司",
            "sector": "工贸",
            "hazard_level": "general",
            "supervising_unit": "市应急管理局",
            "addressee": "responsible_unit",
            "due": "2023-05-21T00:00:00+08:00",
        },
    }
    return decision(**(told | changes))


def talk(**changes: Any) -> Decision:
    """A talk with a street that a named person confirmed."""
    told: dict[str, Any] = {
        "decision_id": "d-t",
        "level": Level.COUNTY,
        "rule": RuleId.TALK_ACCIDENT_PRONE,
        "step": "",
        "measure": Measure.ADMONITION_TALK,
        "status": Status.CONFIRMED,
        "subject": Subject(kind=SubjectKind.AREA, id="331081003"),
        "tenant": "331081003",
        "reason": "城西街道三个月内发生2起亡人事故，建议约谈其主要负责同志。",
        "context": {"document_no": "温安委办约〔2023〕1号", "area_name": "城西街道"},
    }
    return decision(**(told | changes))


def warning_meeting(**changes: Any) -> Decision:
    """The duty to hold a warning meeting after an accident in a street."""
    told: dict[str, Any] = {
        "decision_id": "d-w",
        "level": Level.TOWN,
        "rule": RuleId.WARNING_MEETING,
        "step": "",
        "measure": Measure.WARNING_MEETING,
        "subject": Subject(kind=SubjectKind.ACCIDENT, id="A-2"),
        "tenant": "331081003",
        "clauses": ("S3-18",),
        "since": None,
        "reason": "因2023年5月8日城西街道的工贸事故（A-2），城西街道应完成事故警示现场会，期限为2023年5月23日24时。",
        "context": {"unit": "331081003", "unit_name": "城西街道", "title": "事故警示现场会", "sector": "工贸"},
    }
    return decision(**(told | changes))


def drafted(told: Decision | None = None, *, turn: int = 0, known: tuple[Letter, ...] = ()) -> list[Letter]:
    """The letters that a record drafts or changes."""
    return heard(told or supervision(), turn, known, DESK, NOW)


def issued(told: Decision | None = None, *, number: int = 5, now: datetime = NOW) -> Letter:
    """The one letter that a record drafts, signed."""
    (letter,) = drafted(told)
    return signed(letter, by="签发人甲", now=now, number=number)
