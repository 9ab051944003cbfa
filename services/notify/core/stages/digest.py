"""Tell the highest rung and fold the rest into it; take back what nobody needs to hear any more.

What is folded, withdrawn or told is worked out anew from all notices of the ladder whenever one of them is added, so
it depends on which notices there are and not on the order in which they came.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from contracts.vocabulary import NoticeState, Suppression
from services.notify.core.notice import WAITING, Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.telling import MOOTS, TELLING, Telling

NOT_BEGUN = "起始通知未发出"


def digest(passage: Passage, _situation: Situation) -> Passage:
    """Change what stands already, and set aside what is told better by another notice or not at all."""
    notices = {notice.id: notice for notice in (*passage.earlier, *passage.notices)}
    ended = {(notice.decision_id, notice.turn) for notice in notices.values() if notice.status in MOOTS}
    if passage.decision.status in MOOTS:
        ended.add((passage.decision.decision_id, passage.turn))
    _withdraw(notices, ended)
    _fold(notices)
    _let_ends_follow(notices)
    own = {notice.id for notice in passage.notices}
    return replace(
        passage,
        notices=tuple(notice for notice in notices.values() if notice.id in own),
        earlier=tuple(notice for notice in notices.values() if notice.id not in own),
    )


def _withdraw(notices: dict[str, Notice], ended: set[tuple[str, int]]) -> None:
    """What should never have been said and surely nobody has heard yet is not told any more."""
    for notice in list(notices.values()):
        if not _opens(notice) or (notice.decision_id, notice.turn) not in ended or notice.doubtful:
            continue
        if notice.state in WAITING:
            notices[notice.id] = notice.suppressed(Suppression.MOOT)
        elif _is_open(notice, notices) or notice.suppression is Suppression.MASTER_SWITCH:  # it must not come back
            notices[notice.id] = replace(
                notice, suppression=Suppression.MOOT, folded_into=None, revision=notice.revision + 1
            )


def _fold(notices: dict[str, Notice]) -> None:
    """Of all beginnings of one ladder that wait for one recipient on one channel the highest is told."""
    rivals: dict[tuple[str, str, str], list[Notice]] = defaultdict(list)
    for notice in notices.values():
        if _opens(notice) and _is_open(notice, notices):
            rivals[notice.thread, notice.recipient, notice.channel].append(notice)
    for group in rivals.values():
        highest = max(group, key=lambda notice: (notice.falls_due, notice.turn, notice.known_at, notice.id))
        for notice in group:
            notices[notice.id] = _into(notice, None if notice is highest else highest.id)


def _let_ends_follow(notices: dict[str, Notice]) -> None:
    """Who is not told the beginning is not told the end; who is being told it now is told after that."""
    for notice in list(notices.values()):
        told = notices.get(notice.follows or "")
        if told is None or notice.attempt or notice.released:
            continue
        silent = told.state is NoticeState.SUPPRESSED and not told.doubtful
        reason = told.suppression or Suppression.MOOT
        if silent and notice.state is NoticeState.CREATED:
            notices[notice.id] = notice.suppressed(reason, error=NOT_BEGUN)
        elif (
            silent
            and notice.state is NoticeState.SUPPRESSED
            and (notice.suppression, notice.error) != (reason, NOT_BEGUN)
        ):
            notices[notice.id] = replace(notice, suppression=reason, error=NOT_BEGUN, revision=notice.revision + 1)
        elif not silent and notice.error == NOT_BEGUN:
            notices[notice.id] = _back(notice)


def _is_open(notice: Notice, notices: Mapping[str, Notice]) -> bool:
    """Whether it is still to be decided if this one is told: it waits, or is folded into one that waits."""
    if notice.attempt or notice.released:
        return False
    if notice.state is NoticeState.CREATED:
        return True
    into = notices.get(notice.folded_into or "")
    return (
        notice.suppression is Suppression.FOLDED
        and into is not None
        and (into.recipient, into.channel) == (notice.recipient, notice.channel)  # else see route, and detours
        and (into.suppression is Suppression.MOOT or _is_open(into, notices))
    )


def _into(notice: Notice, target: str | None) -> Notice:
    """The notice folded into another one, or on its own."""
    if notice.state is NoticeState.CREATED:
        return notice if target is None else notice.suppressed(Suppression.FOLDED, folded_into=target)
    if notice.folded_into == target:
        return notice
    if target is None:
        return _back(notice)
    return replace(notice, folded_into=target, revision=notice.revision + 1)


def _back(notice: Notice) -> Notice:
    return notice.moved(NoticeState.CREATED, suppression=None, error="", folded_into=None)


def _opens(notice: Notice) -> bool:
    return TELLING[notice.status] is Telling.OPENS
