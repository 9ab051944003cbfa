"""The story stands in the order in which things happened, says when each was known, and what does not count."""

import msgspec

from contracts.decisions import Decision, PolicyVersion, Subject
from contracts.facts import Fact
from contracts.notices import Notice
from contracts.vocabulary import Level, Measure, NoticeState, RuleId, Status, SubjectKind, Suppression
from services.reporting.core.decided import DecisionRecord
from services.reporting.core.notified import NoticeRecord
from services.reporting.core.timeline import Entry, tell
from tests.unit.services.reporting.facts import at, fact, follow, reported


def story(
    *facts: Fact, decisions: tuple[DecisionRecord, ...] = (), notices: tuple[NoticeRecord, ...] = ()
) -> list[Entry]:
    return tell(
        facts,
        decisions,
        notices,
        hazard_id="H-1",
        reaches=lambda own, other: own.startswith(other),
        recipient=lambda handle: f"致 {handle}",
    )


def marks(*facts: Fact) -> dict[str, str]:
    return {entry.reference: entry.mark for entry in story(*facts)}


def decision(status: Status, when: str, *, acts_for: str | None = None) -> DecisionRecord:
    decided = Decision(
        decision_id="d-1",
        at=at(when),
        known_at=at(when),
        tenant="331081003",
        level=Level.COUNTY,
        rule=RuleId.OVERDUE,
        step="T+7",
        measure=Measure.SUPERVISION_LETTER,
        status=status,
        subject=Subject(SubjectKind.HAZARD, "H-1"),
        clauses=("S2-22", "S2-23"),
        policy=PolicyVersion("wenling-2023", "1"),
        reason="逾期满7天仍未整改。",
        facts=("report",),
        late_recorded=False,
        occurrence="0",
        committee="331081",
        since=at("2023-05-21 00:00"),
        acts_for=acts_for,
    )
    return DecisionRecord(
        decision=decided,
        source="/bihuan/escalation",
        event_id="e-1",
        namespace="test",
        place=(1, 1),
        accepted_at=None,
        data=msgspec.Raw(b"{}"),
    )


def notice(state: NoticeState, when: str, number: int, **words: object) -> NoticeRecord:
    told = Notice(
        notice_id="n-1",
        at=at(when),
        tenant="331081003",
        committee="331081",
        decision_id="d-1",
        channel="email",
        recipient="town-office",
        state=state,
        attempt=1,
        **words,  # type: ignore[arg-type]
    )
    return NoticeRecord(
        notice=told, source="/bihuan/notify", event_id=f"t-{number}", place=(1, number), accepted_at=None
    )


def test_the_order_is_that_of_happening() -> None:
    """A fact recorded late stands where it happened and is marked as late; at one instant facts stand first."""
    failed = follow("reinspected", at("2023-05-28 00:00"), event_id="failed", passed=False)
    late = follow("rectified", at("2023-05-19 10:00"), event_id="late", recorded=at("2023-05-26 09:00"))

    entries = story(
        failed,
        late,
        reported(),
        decisions=(decision(Status.RAISED, "2023-05-28 00:00"),),
        notices=(notice(NoticeState.CREATED, "2023-05-28 00:00", 1),),
    )

    assert ["report", "late", "failed", "d-1", "n-1"] == [entry.reference for entry in entries]
    assert [False, True, False, False, False] == [entry.late for entry in entries]


def test_a_failed_re_inspection_reads_clearly() -> None:
    """Its title says what is to be done, in the tone of bad news; a passed one says so too."""
    failed, passed = story(
        reported(),
        follow("reinspected", at("2023-05-19 10:00"), passed=False),
        follow("reinspected", at("2023-05-20 10:00"), passed=True),
    )[1:]

    assert ("复查不合格，重新整改", "bad") == (failed.title, failed.tone)
    assert ("复查合格", "good") == (passed.title, passed.tone)


def test_titles_say_how_it_was_decided() -> None:
    """An extension granted or refused, a refusal, a return, a close-out."""
    told = [
        follow("extension_decided", at("2023-05-10 09:00"), granted=True, until="2023-06-20"),
        follow("extension_decided", at("2023-05-11 09:00"), granted=False),
        follow("returned", at("2023-05-12 09:00"), reason="非本辖区"),
        follow("rectification_refused", at("2023-05-13 09:00")),
        follow("closed", at("2023-05-14 09:00")),
    ]

    assert [("同意延期", ""), ("不同意延期", "warn"), ("退回", "warn"), ("拒不整改", "bad"), ("销号", "good")] == [
        (entry.title, entry.tone) for entry in story(reported(), *told)[1:]
    ]


def test_corrections_are_shown_as_such() -> None:
    """The corrected event is marked, the correction tells what changes, a voided one says so."""
    entries = {
        entry.reference: entry
        for entry in story(
            reported(),
            reported(at("2023-05-09 09:00"), event_id="fix", correction="report", description="配电箱未上锁"),
            follow("closed", at("2023-05-10 09:00"), event_id="closed"),
            fact("hazard.closed", at("2023-05-11 09:00"), event_id="void", correction="closed"),
        )
    }

    assert ["corrected", "correction", "voided", "correction"] == [
        entries[name].mark for name in ("report", "fix", "closed", "void")
    ]
    assert ("更正：隐患上报", "作废：销号") == (entries["fix"].title, entries["void"].title)
    assert (("隐患内容", "疏散通道被货物堵塞 → 配电箱未上锁"),) == entries["fix"].lines
    assert "muted" == entries["closed"].tone


def test_what_does_not_count_says_why() -> None:
    """A fact of a unit beside is set aside; a fact before any report waits; one that only names the hazard is plain."""
    aside = follow("closed", at("2023-05-10 09:00"), event_id="aside", tenant="331081004")
    order = fact("enforcement.recorded", event_id="order", hazard_ids=["H-1"], tenant="331081004", kind="order")

    assert {"report": "", "aside": "set_aside", "order": ""} == marks(reported(), aside, order)
    assert {"aside": "waiting"} == marks(aside)


def test_a_report_that_now_names_another_hazard_is_corrected_away() -> None:
    """Here it is a corrected event, there it is the report."""
    moved = reported(event_id="fix", correction="report", hazard_id="H-2")

    assert {"report": "corrected", "fix": "correction"} == marks(reported(), moved)


def test_a_decision_explains_itself() -> None:
    """Rule, measure and rung in the title; status, reason, clauses, policy and who acts in its lines."""
    [entry] = story(decisions=(decision(Status.RAISED, "2023-05-27 00:00", acts_for="331081"),))

    assert "逾期未整改 · 督办函（T+7）" == entry.title
    assert {
        "状态": "已发出",
        "理由": "逾期满7天仍未整改。",
        "起算": "2023-05-21 00:00",
        "依据": "S2-22、S2-23（wenling-2023 第 1 版）",
        "执行": "县（市、区）（331081）",
    } == dict(entry.lines)


def test_each_state_of_a_decision_is_a_line_of_the_story() -> None:
    """Raised, then cleared: both are told, in their tones."""
    entries = story(
        decisions=(decision(Status.CLEARED, "2023-05-28 00:00"), decision(Status.RAISED, "2023-05-27 00:00"))
    )

    assert ["bad", "good"] == [entry.tone for entry in entries]


def test_a_notice_is_one_line_with_what_became_of_it() -> None:
    """Its states in the order of the log, however the records come."""
    _, entry = story(
        decisions=(decision(Status.RAISED, "2023-05-21 00:00"),),
        notices=(
            notice(NoticeState.DELIVERED, "2023-05-21 00:02", 2),
            notice(NoticeState.CREATED, "2023-05-21 00:01", 1),
        ),
    )

    assert ("通知 · 已送达", "good", at("2023-05-21 00:01")) == (entry.title, entry.tone, entry.at)
    assert {
        "事由": "逾期未整改 · 督办函（T+7）",
        "接收人": "致 town-office",
        "渠道": "电子邮件",
        "经过": "已生成 2023-05-21 00:01 → 已送达 2023-05-21 00:02",
    } == dict(entry.lines)


def test_a_suppressed_or_failed_notice_says_why() -> None:
    """The reason for telling nobody, and the channel's own word."""
    lines = [
        dict(
            story(notices=(notice(NoticeState.SUPPRESSED, "2023-05-21 00:01", 1, suppression=Suppression.HISTORIC),))[
                0
            ].lines
        ),
        dict(story(notices=(notice(NoticeState.FAILED, "2023-05-21 00:01", 1, error="550 no such user"),))[0].lines),
    ]

    assert ("历史导入", "550 no such user") == (lines[0]["原因"], lines[1]["渠道回执"])


def test_words_are_marked_by_who_had_the_hazard_then() -> None:
    """The former tenant's word after a transfer is set aside, the new tenant's counts; the transfer itself is told."""
    moved = fact(
        "site.transferred",
        at("2023-05-10 09:00"),
        tenant="331",
        site_id="S-1",
        from_tenant="331081003",
        to_tenant="331082004",
    )
    words = [
        follow("handed_over", at(f"2023-05-{day} 10:00"), tenant=tenant, event_id=f"{tenant}-{day}", to_unit="街道")
        for tenant in ("331081003", "331082004")
        for day in ("09", "12")
    ]

    entries = story(reported(), moved, *words)

    assert {entry.reference: entry.mark for entry in entries if entry.mark} == {
        "331081003-12": "set_aside",
        "331082004-09": "set_aside",
    }
    assert "场所移交" in {entry.title for entry in entries}
