"""Name who is told: for what opens, whom the routes name; for what follows, who was told the beginning."""

from collections.abc import Iterator
from dataclasses import replace

from contracts.decisions import Decision
from contracts.vocabulary import HazardLevel, NoticeState, Suppression
from services.notify.core.holding import nearest
from services.notify.core.notice import MAJOR, ORDINARY, URGENT, Notice, about, notice_id, thread_of
from services.notify.core.passage import Passage, Situation
from services.notify.core.places import Places
from services.notify.core.quiet import may_wait
from services.notify.core.roster import Seat
from services.notify.core.routes import Hit, Options
from services.notify.core.telling import TELLING, Telling, is_late

_NAMED_IN_CONTEXT = {"supervising_unit": "supervising_unit", "responsible_unit": "responsible_unit", "area": "area"}
_COMMITTEE_ITSELF = frozenset({"committee_office", "leader"})


def route(passage: Passage, situation: Situation) -> Passage:
    """Add one notice per recipient and channel, each with the reason why it is told; never one that exists already."""
    decision = passage.decision
    telling = TELLING[decision.status]
    if telling not in {Telling.OPENS, Telling.FOLLOWS}:
        return passage
    hits = situation.routes.hits(decision, situation.places.lineage(decision.tenant))
    telling_hits = [hit for hit in hits if decision.status in hit.options.tell]
    if not telling_hits:
        return passage
    known = {notice.id for notice in passage.earlier}
    if telling is Telling.FOLLOWS:
        follow = tuple(notice for notice in _following(passage, situation) if notice.id not in known)
        return replace(passage, notices=follow)
    found: dict[str, tuple[Notice, Options]] = {}
    for hit in telling_hits:
        for notice in opening(passage, hit, situation):
            found.setdefault(notice.id, (notice, hit.options))
    notices = _one_per_address((notice for notice, _ in found.values()), situation)
    fresh = tuple(notice for notice in notices if notice.id not in known)
    return replace(passage, notices=fresh, options={notice.id: found[notice.id][1] for notice in fresh})


def opening(passage: Passage, hit: Hit, situation: Situation) -> Iterator[Notice]:
    """One notice for each channel of everybody whom the node names, told or with the reason why not."""
    decision = passage.decision
    if not hit.options.to:
        yield _untold(passage, situation, why=hit.why, recipient="", channel="", error="没有路由指明接收人")
    for reference in hit.options.to:
        role, _, place = reference.partition("@")
        unit = unit_at(place or "acting", decision, situation.places)
        seats, found = nearest(
            role, unit, decision, roster=situation.roster, places=situation.places, now=situation.now
        )
        climbed = "" if found == unit else f"（{unit} 无人担任，转 {found}）"
        why = f"{hit.why} → {role}@{unit}" + climbed
        if not seats:
            recipient, channel = f"{role}@{unit}", hit.options.channels[0]
            yield _untold(passage, situation, why=why, recipient=recipient, channel=channel, error="角色无人担任")
        for seat in seats:
            yield from _to_seat(passage, situation, seat, hit.options, why)


def unit_at(place: str, decision: Decision, places: Places) -> str:
    """The unit whose role is meant: by one of the words of the routes, else the unit itself."""
    lineage = places.lineage(decision.tenant)
    if place == "addressee":
        addressee = str(decision.context.get("addressee", ""))
        named = decision.context.get(_NAMED_IN_CONTEXT.get(addressee, ""), "")
        place = "committee" if addressee in _COMMITTEE_ITSELF else str(named) or "acting"
    match place:
        case "tenant":
            return decision.tenant
        case "parent":
            return lineage[1] if len(lineage) > 1 else decision.tenant
        case "committee":
            return decision.committee
        case "acting":
            at_level = (code for code in lineage if places.level_of(code) == decision.level)
            return decision.acts_for or next(at_level, decision.committee)
        case _:
            return place


def _to_seat(passage: Passage, situation: Situation, seat: Seat, options: Options, why: str) -> Iterator[Notice]:
    reachable = [channel for channel in options.channels if seat.addresses.get(channel)]
    for channel in reachable:
        yield _notice(passage, situation, recipient=seat.handle, channel=channel, why=why, options=options)
    if not reachable:
        error = f"没有 {'、'.join(options.channels)} 地址"
        yield _untold(passage, situation, why=why, recipient=seat.handle, channel=options.channels[0], error=error)


def _one_per_address(notices: Iterator[Notice], situation: Situation) -> tuple[Notice, ...]:
    """Who sits in two seats hears once: the second notice is folded into the first."""
    first: dict[tuple[str, str], Notice] = {}
    result = []
    for notice in notices:
        seat = situation.roster.holder(notice.recipient, situation.now)
        address = seat.addresses.get(notice.channel) if seat else None
        known = first.setdefault((notice.channel, address), notice) if address else notice
        if known is not notice and notice.state is NoticeState.CREATED:
            notice = notice.suppressed(Suppression.FOLDED, error="同一地址已通知", folded_into=known.id)  # noqa: PLW2901
        result.append(notice)
    return tuple(result)


def _following(passage: Passage, situation: Situation) -> Iterator[Notice]:
    """One notice for everybody who was told the beginning of this turn, after the last thing they were told."""
    decision, last = passage.decision, {}
    for notice in sorted(passage.earlier, key=lambda notice: notice.known_at):
        mine = notice.decision_id == decision.decision_id and notice.turn == passage.turn
        if mine and notice.recipient and TELLING[notice.status] is Telling.OPENS:
            last[notice.recipient, notice.channel] = notice
    for (recipient, channel), told in last.items():
        why = f"曾告知“{told.status.chinese}”"
        notice = _notice(passage, situation, recipient=recipient, channel=channel, why=why, options=Options())
        yield replace(notice, follows=told.id, priority=told.priority)


def _notice(
    passage: Passage, situation: Situation, *, recipient: str, channel: str, why: str, options: Options
) -> Notice:
    decision = passage.decision
    major = decision.context.get("hazard_level") == HazardLevel.MAJOR
    return Notice(
        id=notice_id(
            decision_id=decision.decision_id,
            status=decision.status,
            turn=passage.turn,
            recipient=recipient,
            channel=channel,
        ),
        committee=decision.committee,
        tenant=decision.tenant,
        decision_id=decision.decision_id,
        status=decision.status,
        known_at=decision.known_at,
        turn=passage.turn,
        recipient=recipient,
        channel=channel,
        thread=thread_of(decision),
        rule=decision.rule,
        measure=decision.measure,
        level=decision.level,
        about=about(decision),
        falls_due=decision.at,
        state=NoticeState.CREATED,
        why=why,
        priority=URGENT if options.urgent else MAJOR if major else ORDINARY,
        late=is_late(decision),
        created_at=situation.now,
        not_before=situation.now,
        waits=options.can_wait and may_wait(decision),
        acknowledge_by=situation.now + options.acknowledge_within if options.acknowledge_within else None,
    )


def _untold(passage: Passage, situation: Situation, *, why: str, recipient: str, channel: str, error: str) -> Notice:
    notice = _notice(passage, situation, recipient=recipient, channel=channel, why=why, options=Options())
    return notice.suppressed(Suppression.NO_ROUTE, error=error)
