"""Say what was decided, on what facts and under which rule, in one record per state (interface section 2)."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from contracts.facts import Instant
from contracts.vocabulary import Level, Measure, RuleId, Status, SubjectKind

DECISION_TYPE = "decision.recorded.v1"
NO_REPLY = "no_reply"
"""What a step ends in, after a dot where it has another part: the rung that follows a letter without an answer."""


class Subject(msgspec.Struct, frozen=True):
    """What a decision is about: hazards and accidents by id, areas by division code, obligations by unit and period."""

    kind: Annotated[SubjectKind, Meta(description="对象类别: what kind of thing")]
    id: Annotated[str, Meta(description="对象编号: its id, or <obligation>/<unit>/<period>")]


class PolicyVersion(msgspec.Struct, frozen=True):
    """The pack under which a decision was taken."""

    id: Annotated[str, Meta(description="政策包: the pack's id")]
    version: Annotated[str, Meta(description="版本: the pack's version")]


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of one decision: the id stays, the status moves."""

    decision_id: Annotated[str, Meta(description="决定编号: the same facts and policy give the same id, on replay too")]
    at: Annotated[Instant, Meta(description="应发时间: when it falls due under the rule, not when it was computed")]
    known_at: Annotated[Instant, Meta(description="知悉时间: when its facts were known; for a deadline the deadline")]
    tenant: Annotated[str, Meta(description="属地: division code of the unit in charge of the subject")]
    level: Annotated[Level, Meta(description="层级: the level that is to act")]
    rule: Annotated[RuleId, Meta(description="规则: the rule that fired")]
    step: Annotated[str, Meta(description="级次: rung of the rule's ladder, or empty")]
    measure: Annotated[Measure, Meta(description="措施: what it asks for")]
    status: Annotated[Status, Meta(description="状态: where it stands")]
    subject: Annotated[Subject, Meta(description="对象: what it is about")]
    clauses: Annotated[tuple[str, ...], Meta(description="条款: ids of the clauses it rests on")]
    policy: Annotated[PolicyVersion, Meta(description="政策: the pack and its version")]
    reason: Annotated[str, Meta(description="理由: one Chinese sentence an official can read out")]
    facts: Annotated[tuple[str, ...], Meta(description="事实: ids of the events it rests on")]
    late_recorded: Annotated[bool, Meta(description="补录: a fact was recorded more than 24 hours after it happened")]
    occurrence: Annotated[str, Meta(description="次第: tells the second time from the first")]
    committee: Annotated[str, Meta(description="安委会: root tenant of the governing policy")]
    since: Annotated[Instant | None, Meta(description="起算: the instant from which lateness counts")] = None
    acts_for: Annotated[str | None, Meta(description="代行: the unit that is to act, where it is not the tenant")] = (
        None
    )
    historic: Annotated[bool, Meta(description="历史导入: tells nobody")] = False
    restricted: Annotated[bool, Meta(description="限知悉范围: its content is seen only by who may (referrals)")] = False
    context: Annotated[dict[str, Any], Meta(description="背景: the subject's words for letters and pages")] = {}
